
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'curbside' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'curbside'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'curbside' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what a file or text is, field by field, and what is wrong with it')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Make and read device keys')
            [CompletionResult]::new('chain', 'chain', [CompletionResultType]::ParameterValue, 'Show and verify certificate chains')
            [CompletionResult]::new('page', 'page', [CompletionResultType]::ParameterValue, 'Build, show, compare and merge manufacturing pages')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Consolidate, check, show and split control logs')
            [CompletionResult]::new('compat', 'compat', [CompletionResultType]::ParameterValue, 'Take a public tool''s own command line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write one for every command')
            break
        }
        'curbside;explain' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;key' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Generate the private keys of a device')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what belongs to a private key, but not the key')
            [CompletionResult]::new('extract', 'extract', [CompletionResultType]::ParameterValue, 'Print the raw private key in a PEM file as hex')
            break
        }
        'curbside;key;generate' {
            [CompletionResult]::new('--curve', '--curve', [CompletionResultType]::ParameterName, 'Which key; without this both, or those for which a file is named')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'The directory for `ed25519.priv` and `p256.priv`')
            [CompletionResult]::new('--ed25519', '--ed25519', [CompletionResultType]::ParameterName, 'The file for the Ed25519 key')
            [CompletionResult]::new('--p256r1', '--p256r1', [CompletionResultType]::ParameterName, 'The file for the P-256 key')
            [CompletionResult]::new('--form', '--form', [CompletionResultType]::ParameterName, 'The PEM form; without this what OpenSSL writes: PKCS #8 for Ed25519, SEC 1 for P-256')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;key;show' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;key;extract' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;chain' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every certificate of a chain: serial, key, signature')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify chains up to a trusted root')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Print a trust file that pins the roots of chains')
            [CompletionResult]::new('smsn', 'smsn', [CompletionResultType]::ParameterValue, 'Derive a device''s SMSN, the number that its chains carry')
            break
        }
        'curbside;chain;show' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;chain;verify' {
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'A file with one chain a line, in base64 or hex; `-` for stdin')
            [CompletionResult]::new('--smsn', '--smsn', [CompletionResultType]::ParameterName, 'The SMSN that every chain must have')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;chain;trust' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;chain;smsn' {
            [CompletionResult]::new('--device-type', '--device-type', [CompletionResultType]::ParameterName, 'The device type id that Amazon assigned')
            [CompletionResult]::new('--dsn', '--dsn', [CompletionResultType]::ParameterName, 'The device serial number, unique in the product')
            [CompletionResult]::new('--apid', '--apid', [CompletionResultType]::ParameterName, 'The advertised product id, four letters or digits')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage of the product: production, preproduction or test')
            [CompletionResult]::new('--board-id', '--board-id', [CompletionResultType]::ParameterName, 'The board id, which the on-device generator adds')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;page' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build the manufacturing page of a device')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a page in any format, value by value')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two pages value by value, in whatever formats they are')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Put a device''s values into an existing page')
            [CompletionResult]::new('chips', 'chips', [CompletionResultType]::ParameterValue, 'List the chips, their firmware generations and page addresses')
            break
        }
        'curbside;page;build' {
            [CompletionResult]::new('--chip', '--chip', [CompletionResultType]::ParameterName, 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own')
            [CompletionResult]::new('--firmware', '--firmware', [CompletionResultType]::ParameterName, 'The firmware generation; without this the chip''s first')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The page format; without this what the chip''s current firmware reads')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Chips or layouts of your own')
            [CompletionResult]::new('--address', '--address', [CompletionResultType]::ParameterName, 'The page''s address, decimal or 0x…; without this where the firmware looks')
            [CompletionResult]::new('--certificate-json', '--certificate-json', [CompletionResultType]::ParameterName, 'The certificate JSON of the AWS console')
            [CompletionResult]::new('--wireless-device', '--wireless-device', [CompletionResultType]::ParameterName, 'The answer of `aws iotwireless get-wireless-device`')
            [CompletionResult]::new('--acs', '--acs', [CompletionResultType]::ParameterName, 'The JSON of the ACS console, or of the signing tool with private keys')
            [CompletionResult]::new('--device-profile', '--device-profile', [CompletionResultType]::ParameterName, 'The answer of `aws iotwireless get-device-profile`, for --wireless-device')
            [CompletionResult]::new('--app-key', '--app-key', [CompletionResultType]::ParameterName, 'The application server''s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes')
            [CompletionResult]::new('--dsn', '--dsn', [CompletionResultType]::ParameterName, 'The device serial number, at most 16 characters, to stand on the page too')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--bin', '--bin', [CompletionResultType]::ParameterName, 'Write the bytes of the page')
            [CompletionResult]::new('--hex', '--hex', [CompletionResultType]::ParameterName, 'Write Intel HEX')
            [CompletionResult]::new('--srec', '--srec', [CompletionResultType]::ParameterName, 'Write Motorola S-records')
            [CompletionResult]::new('--nvm3', '--nvm3', [CompletionResultType]::ParameterName, 'Write NVM3 objects for Simplicity Commander')
            [CompletionResult]::new('--accept', '--accept', [CompletionResultType]::ParameterName, 'Write the page although the firmware would misread it in this way; may be repeated')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;page;show' {
            [CompletionResult]::new('--address', '--address', [CompletionResultType]::ParameterName, 'The address of the file''s first byte, decimal or 0x…, where the file does not say')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Chips or layouts of your own')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Fail with exit code 3 unless the page is exactly right')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;page;diff' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;page;merge' {
            [CompletionResult]::new('--chip', '--chip', [CompletionResultType]::ParameterName, 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own')
            [CompletionResult]::new('--firmware', '--firmware', [CompletionResultType]::ParameterName, 'The firmware generation; without this the chip''s first')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The page format; without this what the chip''s current firmware reads')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Chips or layouts of your own')
            [CompletionResult]::new('--address', '--address', [CompletionResultType]::ParameterName, 'The page''s address, decimal or 0x…; without this where the firmware looks')
            [CompletionResult]::new('--certificate-json', '--certificate-json', [CompletionResultType]::ParameterName, 'The certificate JSON of the AWS console')
            [CompletionResult]::new('--wireless-device', '--wireless-device', [CompletionResultType]::ParameterName, 'The answer of `aws iotwireless get-wireless-device`')
            [CompletionResult]::new('--acs', '--acs', [CompletionResultType]::ParameterName, 'The JSON of the ACS console, or of the signing tool with private keys')
            [CompletionResult]::new('--device-profile', '--device-profile', [CompletionResultType]::ParameterName, 'The answer of `aws iotwireless get-device-profile`, for --wireless-device')
            [CompletionResult]::new('--app-key', '--app-key', [CompletionResultType]::ParameterName, 'The application server''s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes')
            [CompletionResult]::new('--dsn', '--dsn', [CompletionResultType]::ParameterName, 'The device serial number, at most 16 characters, to stand on the page too')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--bin', '--bin', [CompletionResultType]::ParameterName, 'Write the bytes of the page')
            [CompletionResult]::new('--hex', '--hex', [CompletionResultType]::ParameterName, 'Write Intel HEX')
            [CompletionResult]::new('--srec', '--srec', [CompletionResultType]::ParameterName, 'Write Motorola S-records')
            [CompletionResult]::new('--nvm3', '--nvm3', [CompletionResultType]::ParameterName, 'Write NVM3 objects for Simplicity Commander')
            [CompletionResult]::new('--accept', '--accept', [CompletionResultType]::ParameterName, 'Write the page although the firmware would misread it in this way; may be repeated')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;page;chips' {
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Chips or layouts of your own')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;log' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('consolidate', 'consolidate', [CompletionResultType]::ParameterValue, 'Make one control log of many')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check whether Amazon would accept control logs')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the entries of control logs')
            [CompletionResult]::new('split', 'split', [CompletionResultType]::ParameterValue, 'Split a control log into several')
            break
        }
        'curbside;log;consolidate' {
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Where the new file goes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;log;check' {
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'How many threads verify; without this one a core')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;log;show' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;log;split' {
            [CompletionResult]::new('--devices', '--devices', [CompletionResultType]::ParameterName, 'At most so many devices in a part')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'At most so many bytes in a part')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Where the parts go')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;compat' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write a manual page for every command to this directory')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'Print a reference of all commands in Markdown instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
