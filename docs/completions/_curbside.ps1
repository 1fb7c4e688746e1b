
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
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Rehearse everything on this machine: HSMs, lines, boards, control logs')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what a file or text is, field by field, and what is wrong with it')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Make and read device keys')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign devices with an HSM')
            [CompletionResult]::new('chain', 'chain', [CompletionResultType]::ParameterValue, 'Show and verify certificate chains')
            [CompletionResult]::new('page', 'page', [CompletionResultType]::ParameterValue, 'Build, show, compare and merge manufacturing pages')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Consolidate, check, show and split control logs')
            [CompletionResult]::new('hsm', 'hsm', [CompletionResultType]::ParameterValue, 'Program, serve and examine HSMs')
            [CompletionResult]::new('mtls', 'mtls', [CompletionResultType]::ParameterValue, 'Make the certificates of a networked set-up, and guard a connector with them')
            [CompletionResult]::new('line', 'line', [CompletionResultType]::ParameterValue, 'Run a line: boards in fixtures, from a serial number to a finished device')
            [CompletionResult]::new('signer', 'signer', [CompletionResultType]::ParameterValue, 'Sign for many lines from one server')
            [CompletionResult]::new('device', 'device', [CompletionResultType]::ParameterValue, 'Serve and boot simulated boards')
            [CompletionResult]::new('job', 'job', [CompletionResultType]::ParameterValue, 'Seal, read and check job packages')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Check the log of issuances, without its server')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check this machine: HSMs, permissions, clock, disk; a signing server, or the way to one')
            [CompletionResult]::new('compat', 'compat', [CompletionResultType]::ParameterValue, 'Take a public tool''s own command line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write one for every command')
            break
        }
        'curbside;demo' {
            [CompletionResult]::new('--devices', '--devices', [CompletionResultType]::ParameterName, 'How many devices')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'How many lines')
            [CompletionResult]::new('--slots', '--slots', [CompletionResultType]::ParameterName, 'How many slots each line has')
            [CompletionResult]::new('--hsms', '--hsms', [CompletionResultType]::ParameterName, 'How many HSMs share the work')
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The directory for everything that is made; without this curbside-demo, or the next name that is free')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The PIN of the HSMs, a file; without this one is drawn')
            [CompletionResult]::new('--flash-ms', '--flash-ms', [CompletionResultType]::ParameterName, 'How long writing a page takes, in milliseconds')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Let each line reach the HSMs itself, without a signing server')
            [CompletionResult]::new('--real-hsm-pace', '--real-hsm-pace', [CompletionResultType]::ParameterName, 'Let the HSMs take as long as hardware does')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the summary as JSON')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
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
        'curbside;sign' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The product''s tag on the HSM, such as RNET_DAK_NAME')
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'The product''s tag on the HSM, such as RNET_DAK_NAME')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The product''s stage, for a tag that does not tell it')
            [CompletionResult]::new('--pin-slot', '--pin-slot', [CompletionResultType]::ParameterName, 'The HSM''s authentication key that the PIN is for; without this 5, then 6, for pre-production 6, then 5')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--connector', '--connector', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--smsn', '--smsn', [CompletionResultType]::ParameterName, 'The device''s number, 64 hex digits; without this it is generated from the next options, or in the requests')
            [CompletionResult]::new('--device-type', '--device-type', [CompletionResultType]::ParameterName, 'The device type that Amazon assigned')
            [CompletionResult]::new('--dsn', '--dsn', [CompletionResultType]::ParameterName, 'The device serial number')
            [CompletionResult]::new('--apid', '--apid', [CompletionResultType]::ParameterName, 'The advertised product id, four characters')
            [CompletionResult]::new('--board-id', '--board-id', [CompletionResultType]::ParameterName, 'The board id, which only on-device generation knows')
            [CompletionResult]::new('--eddsa-csr', '--eddsa-csr', [CompletionResultType]::ParameterName, 'The Ed25519 signing request, base64')
            [CompletionResult]::new('--ecdsa-csr', '--ecdsa-csr', [CompletionResultType]::ParameterName, 'The P-256 signing request, base64')
            [CompletionResult]::new('--ed25519-key', '--ed25519-key', [CompletionResultType]::ParameterName, 'The Ed25519 private key, a PEM file; without keys and requests both keys are generated')
            [CompletionResult]::new('--p256r1-key', '--p256r1-key', [CompletionResultType]::ParameterName, 'The P-256 private key, a PEM file')
            [CompletionResult]::new('--app-server-key', '--app-server-key', [CompletionResultType]::ParameterName, 'The application server''s public key, 64 hex digits')
            [CompletionResult]::new('--device-profile', '--device-profile', [CompletionResultType]::ParameterName, 'The answer of `aws iotwireless get-device-profile`, which holds that key')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Sign the devices in this file; `-` for stdin')
            [CompletionResult]::new('--callers', '--callers', [CompletionResultType]::ParameterName, 'How many devices of a batch are signed at once; without this 8, or 4 for each HSM')
            [CompletionResult]::new('--outform', '--outform', [CompletionResultType]::ParameterName, 'The form of the output')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The file for the output; without this stdout. Readable by its owner only where it holds private keys')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The file for the output; without this stdout. Readable by its owner only where it holds private keys')
            [CompletionResult]::new('--control-log-dir', '--control-log-dir', [CompletionResultType]::ParameterName, 'Where control logs go: C_CONTROL_LOG_YYYYMMDDHHMMSS.txt, one a device or one a batch')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing output')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the summary of a batch as JSON')
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
        'curbside;hsm' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve a software YubiHSM 2 as the vendor''s connector serves hardware')
            [CompletionResult]::new('connector', 'connector', [CompletionResultType]::ParameterValue, 'Serve a YubiHSM 2 on USB as the vendor''s connector does')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Put a dummy product onto one or several HSMs')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what is on HSMs, and whether their chains are genuine')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Fetch the audit log of an HSM and check its chain of digests')
            break
        }
        'curbside;hsm;serve' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The directory of the device; made where there is none, for its owner only')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes any that is free')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes any that is free')
            [CompletionResult]::new('--host-header-allowlist', '--host-header-allowlist', [CompletionResultType]::ParameterName, 'Answer only requests to these hosts')
            [CompletionResult]::new('--passphrase-file', '--passphrase-file', [CompletionResultType]::ParameterName, 'Encrypt the store under the passphrase in this file, instead of under a key file in DIR')
            [CompletionResult]::new('--serial', '--serial', [CompletionResultType]::ParameterName, 'The serial number of a new device, shown on the status page too; without this a random one')
            [CompletionResult]::new('--firmware', '--firmware', [CompletionResultType]::ParameterName, 'The firmware that the device behaves as')
            [CompletionResult]::new('--latency', '--latency', [CompletionResultType]::ParameterName, 'Take as long as hardware does, one operation at a time')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Let something go wrong; may be given more than once')
            [CompletionResult]::new('--fault-plan', '--fault-plan', [CompletionResultType]::ParameterName, 'Let go wrong what this file says, one fault a line; # begins a comment')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Make keys, nonces and chances from this number, the same every time; for rehearsals only')
            [CompletionResult]::new('--enable-host-header-allowlist', '--enable-host-header-allowlist', [CompletionResultType]::ParameterName, 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON line to stdout as soon as it listens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;hsm;connector' {
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes any that is free')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes any that is free')
            [CompletionResult]::new('--host-header-allowlist', '--host-header-allowlist', [CompletionResultType]::ParameterName, 'Answer only requests to these hosts')
            [CompletionResult]::new('--serial', '--serial', [CompletionResultType]::ParameterName, 'Use the HSM with this serial number; without this the first that is found')
            [CompletionResult]::new('--enable-host-header-allowlist', '--enable-host-header-allowlist', [CompletionResultType]::ParameterName, 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON line to stdout as soon as it listens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;hsm;init' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--connector', '--connector', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'The product''s name: the end of its tag, such as RNET_DAK_DUMMY')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The product''s stage')
            [CompletionResult]::new('--daks', '--daks', [CompletionResultType]::ParameterName, 'How many DAKs, each with a tag of its own: NAME_1, NAME_2, …')
            [CompletionResult]::new('--certificates', '--certificates', [CompletionResultType]::ParameterName, 'Take keys and certificates from this JSON, as the public generator of dummy HSMs takes it, instead of new ones')
            [CompletionResult]::new('--apid', '--apid', [CompletionResultType]::ParameterName, 'The product''s APID, for the summary: an HSM does not know it')
            [CompletionResult]::new('--pin-slot', '--pin-slot', [CompletionResultType]::ParameterName, 'Where the PIN goes; without this 6 for pre-production and 5 otherwise')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--admin-slot', '--admin-slot', [CompletionResultType]::ParameterName, 'The authentication key that programs')
            [CompletionResult]::new('--admin-password-file', '--admin-password-file', [CompletionResultType]::ParameterName, 'The file that holds its password; without this key 1 with the factory''s password')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'The directory for the trust file, TAG.trust')
            [CompletionResult]::new('--legacy', '--legacy', [CompletionResultType]::ParameterName, 'The legacy layout with the short chain: device, model, manufacturer, Amazon')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Keep what is on the HSM, and its PIN')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Delete what is in the way')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing trust file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;hsm;status' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--connector', '--connector', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--slot', '--slot', [CompletionResultType]::ParameterName, 'The HSM''s authentication key that the PIN is for')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--factory-key', '--factory-key', [CompletionResultType]::ParameterName, 'Use key 1 with the password of a factory-fresh HSM')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;hsm;audit' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--connector', '--connector', [CompletionResultType]::ParameterName, 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--slot', '--slot', [CompletionResultType]::ParameterName, 'The HSM''s authentication key that the PIN is for')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--audit-trust', '--audit-trust', [CompletionResultType]::ParameterName, 'The file that says what was checked last; written anew after a good check')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'The new file for the entries')
            [CompletionResult]::new('--factory-key', '--factory-key', [CompletionResultType]::ParameterName, 'Use key 1 with the password of a factory-fresh HSM')
            [CompletionResult]::new('--advance', '--advance', [CompletionResultType]::ParameterName, 'Let the HSM forget what was saved')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make a local certificate authority')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue the certificate of a server or a client')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke certificates, and sign the revocation list anew')
            [CompletionResult]::new('renew', 'renew', [CompletionResultType]::ParameterValue, 'Issue the next certificate of a name, or of the authority itself')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show an authority and every certificate that it issued, or explain certificates of others')
            [CompletionResult]::new('nginx', 'nginx', [CompletionResultType]::ParameterValue, 'Write the public recipe''s configuration of nginx')
            [CompletionResult]::new('gateway', 'gateway', [CompletionResultType]::ParameterValue, 'Put mutual TLS in front of a connector')
            break
        }
        'curbside;mtls;init' {
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'The authority''s directory')
            [CompletionResult]::new('--adopt', '--adopt', [CompletionResultType]::ParameterName, 'Take over this certificate and this encrypted private key')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'How many days it is valid')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'What key it gets')
            [CompletionResult]::new('--passphrase-file', '--passphrase-file', [CompletionResultType]::ParameterName, 'The file that holds the passphrase of the authority''s key; without this it is asked for')
            [CompletionResult]::new('--passphrase-fd', '--passphrase-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;issue' {
            [CompletionResult]::new('--san', '--san', [CompletionResultType]::ParameterName, 'A host name or an address of the server beside NAME; may be given more than once')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'What the client may do')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'The line''s name, where it is not NAME')
            [CompletionResult]::new('--csr', '--csr', [CompletionResultType]::ParameterName, 'Sign this request (PKCS #10, PEM) instead of making a key')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'What key it gets')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'How many days it is valid; never longer than the authority')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The directory for its files; without this one named after it')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'The authority''s directory')
            [CompletionResult]::new('--passphrase-file', '--passphrase-file', [CompletionResultType]::ParameterName, 'The file that holds the passphrase of the authority''s key; without this it is asked for')
            [CompletionResult]::new('--passphrase-fd', '--passphrase-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;revoke' {
            [CompletionResult]::new('--serial', '--serial', [CompletionResultType]::ParameterName, 'The one with this serial number')
            [CompletionResult]::new('--certificate', '--certificate', [CompletionResultType]::ParameterName, 'The one in this file')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'The authority''s directory')
            [CompletionResult]::new('--passphrase-file', '--passphrase-file', [CompletionResultType]::ParameterName, 'The file that holds the passphrase of the authority''s key; without this it is asked for')
            [CompletionResult]::new('--passphrase-fd', '--passphrase-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;renew' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'What key it gets')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'How many days it is valid; a peer''s never longer than the authority')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The directory for its files; without this one named after it and today')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'The authority''s directory')
            [CompletionResult]::new('--passphrase-file', '--passphrase-file', [CompletionResultType]::ParameterName, 'The file that holds the passphrase of the authority''s key; without this it is asked for')
            [CompletionResult]::new('--passphrase-fd', '--passphrase-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows')
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'Renew the authority''s own certificate')
            [CompletionResult]::new('--keep-key', '--keep-key', [CompletionResultType]::ParameterName, 'Certify the key that it has: only the certificate is written')
            [CompletionResult]::new('--revoke-old', '--revoke-old', [CompletionResultType]::ParameterName, 'Revoke what it had before, at once')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;status' {
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'The authority''s directory')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'End with an error where something has expired, or soon will')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;nginx' {
            [CompletionResult]::new('--certificates', '--certificates', [CompletionResultType]::ParameterName, 'The directory of server.pem, server.key and ca.pem on the machine with nginx')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'For which system')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'The port on which line PCs are awaited')
            [CompletionResult]::new('--upstream', '--upstream', [CompletionResultType]::ParameterName, 'The connector')
            [CompletionResult]::new('--log-path', '--log-path', [CompletionResultType]::ParameterName, 'The directory of the logs; without this the recipe''s')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file to write; without this it goes to stdout')
            [CompletionResult]::new('--crl', '--crl', [CompletionResultType]::ParameterName, 'Use the revocation list ca.crl, also where this machine does not see one in the directory')
            [CompletionResult]::new('--tuned', '--tuned', [CompletionResultType]::ParameterName, 'Add what the recipe lacks: kept connections, limits, time-outs')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;mtls;gateway' {
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'The connector')
            [CompletionResult]::new('--upstream', '--upstream', [CompletionResultType]::ParameterName, 'The connector')
            [CompletionResult]::new('--certificates', '--certificates', [CompletionResultType]::ParameterName, 'The directory with ca.pem, server.pem, server.key and, where something is revoked, ca.crl')
            [CompletionResult]::new('--crl', '--crl', [CompletionResultType]::ParameterName, 'The revocation list, where it is not ca.crl in DIR')
            [CompletionResult]::new('--connections', '--connections', [CompletionResultType]::ParameterName, 'The most connections at once')
            [CompletionResult]::new('--connections-per-address', '--connections-per-address', [CompletionResultType]::ParameterName, 'The most connections at once from one address')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'The most requests a second of one client; 0 for no limit')
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How many seconds requests in hand may take to finish after the end was asked for')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON lines instead of text; the first says where it listens')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a job file: asks what is not said')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Take boards in until the job is done')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Finish what an earlier run left, and take no new board in')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show how far a job is, and what waits for a person')
            [CompletionResult]::new('rework', 'rework', [CompletionResultType]::ParameterValue, 'Let a finished board have a new identity, and retire the one it had')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Give up a device that cannot be finished')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Show what a line made: yield, rate, times per slot and step, failures')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the genealogy of devices, as CSV or JSON lines')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Print the label of a finished device again')
            break
        }
        'curbside;line;new' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The job''s name')
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'The product''s tag, such as RNET_DAK_NAME')
            [CompletionResult]::new('--device-type', '--device-type', [CompletionResultType]::ParameterName, 'The device type that Amazon assigned')
            [CompletionResult]::new('--apid', '--apid', [CompletionResultType]::ParameterName, 'The advertised product id, four characters')
            [CompletionResult]::new('--app-server-key', '--app-server-key', [CompletionResultType]::ParameterName, 'The application server''s key, 64 hex digits, or the file of a device profile')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'A trust file, for a rehearsal')
            [CompletionResult]::new('--chip', '--chip', [CompletionResultType]::ParameterName, 'The chip; `curbside page chips` lists them')
            [CompletionResult]::new('--hsm', '--hsm', [CompletionResultType]::ParameterName, 'An HSM; may be said more than once')
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file with the PIN')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'A signing server in place of HSMs, https://HOST:PORT; may be said more than once')
            [CompletionResult]::new('--package', '--package', [CompletionResultType]::ParameterName, 'The job package that pays, where the server shall not look for it')
            [CompletionResult]::new('--certificates', '--certificates', [CompletionResultType]::ParameterName, 'The directory with the line''s ca.pem, client.pem and client.key for the signing server')
            [CompletionResult]::new('--serials', '--serials', [CompletionResultType]::ParameterName, 'The pattern of serial numbers')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many devices')
            [CompletionResult]::new('--slots', '--slots', [CompletionResultType]::ParameterName, 'How many slots')
            [CompletionResult]::new('--driver', '--driver', [CompletionResultType]::ParameterName, 'How boards are reached: sim, or a command template''s name such as nrfutil')
            [CompletionResult]::new('--probe', '--probe', [CompletionResultType]::ParameterName, 'The probe of each slot')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;line;run' {
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print each event as a JSON object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Write plain lines on a terminal too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;resume' {
            [CompletionResult]::new('--pin-file', '--pin-file', [CompletionResultType]::ParameterName, 'The file that holds the PIN; without this and --pin-fd it is asked for')
            [CompletionResult]::new('--pin-fd', '--pin-fd', [CompletionResultType]::ParameterName, 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print each event as a JSON object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say every step')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Write plain lines on a terminal too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;status' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;rework' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the journal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;release' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the journal')
            [CompletionResult]::new('--burn', '--burn', [CompletionResultType]::ParameterName, 'Give it up although its serial number stays used')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;report' {
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Write CSV to this file, in place of one that is there')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;line;export' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON lines instead of CSV')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;line;label' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;signer' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Sign for many lines, over mutual TLS')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show a signing server''s products, HSMs, quota and counts')
            break
        }
        'curbside;signer;serve' {
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How many seconds calls in hand may take to finish after the end was asked for')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON lines instead of text; the first says where it listens')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;signer;status' {
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;device' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve a simulated board''s diagnostic firmware as a serial port')
            [CompletionResult]::new('boot', 'boot', [CompletionResultType]::ParameterValue, 'Boot a simulated board and show what its firmware makes of the page')
            break
        }
        'curbside;device;serve' {
            [CompletionResult]::new('--pty', '--pty', [CompletionResultType]::ParameterName, 'Make a pseudo-terminal, and a link to it where one is named; without any of these three too')
            [CompletionResult]::new('--tcp', '--tcp', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes any that is free')
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'A board of a tray, or any other board''s file; what happens to the board stays in the file')
            [CompletionResult]::new('--chip', '--chip', [CompletionResultType]::ParameterName, 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips')
            [CompletionResult]::new('--firmware', '--firmware', [CompletionResultType]::ParameterName, 'The firmware generation; without this the chip''s first')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How the command line looks; without this as firmware for the chip has it')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Let something go wrong; may be given more than once')
            [CompletionResult]::new('--noise', '--noise', [CompletionResultType]::ParameterName, 'Log lines and rubbish between the lines of answers, at this chance in per cent')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Make chip id, keys and chances from this number, the same every time; for rehearsals only')
            [CompletionResult]::new('--stdio', '--stdio', [CompletionResultType]::ParameterName, 'Use stdin and stdout')
            [CompletionResult]::new('--key-store', '--key-store', [CompletionResultType]::ParameterName, 'The firmware keeps private keys in a key store (PSA), not on the page')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON line as soon as it listens: to stdout, with --stdio to stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;device;boot' {
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'A board of a tray, or any other board''s file; what happens to the board stays in the file')
            [CompletionResult]::new('--chip', '--chip', [CompletionResultType]::ParameterName, 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips')
            [CompletionResult]::new('--firmware', '--firmware', [CompletionResultType]::ParameterName, 'The firmware generation; without this the chip''s first')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Program this page first; `-` for stdin')
            [CompletionResult]::new('--key-store', '--key-store', [CompletionResultType]::ParameterName, 'The firmware keeps private keys in a key store (PSA), not on the page')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;job' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Seal a job: sign how many devices a factory may make of it, where and until when')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open a job package: write a job file that keeps to it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Say what a job package allows, whose signature it has, and whether it is valid now')
            break
        }
        'curbside;job;seal' {
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many devices may be made')
            [CompletionResult]::new('--valid-from', '--valid-from', [CompletionResultType]::ParameterName, 'From when on it is valid, such as 2031-04-02T00:00:00Z; without this from now on')
            [CompletionResult]::new('--valid-until', '--valid-until', [CompletionResultType]::ParameterName, 'When it ends, such as 2031-07-01T00:00:00Z')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'A line that may make them; may be said more than once, without this any line may')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The package''s name; without this the job''s')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The file with the private key; `curbside audit keygen` makes one')
            [CompletionResult]::new('--key-name', '--key-name', [CompletionResultType]::ParameterName, 'The key''s name, where its file has none')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file for the package')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;job;open' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The directory for job.toml and package.note')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'The line, where the package does not allow every line')
            [CompletionResult]::new('--app-server-key', '--app-server-key', [CompletionResultType]::ParameterName, 'The application server''s key, 64 hex digits, or the file of a device profile, seen from the job file')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'The trust file that the package was sealed with, where it is not for Amazon''s roots')
            [CompletionResult]::new('--hsm', '--hsm', [CompletionResultType]::ParameterName, 'An HSM; may be said more than once')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'A signing server, in place of HSMs; ca.pem, client.pem and client.key are then expected beside the job file')
            [CompletionResult]::new('--serials', '--serials', [CompletionResultType]::ParameterName, 'The pattern of serial numbers')
            [CompletionResult]::new('--slots', '--slots', [CompletionResultType]::ParameterName, 'How many slots')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;job;verify' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;audit' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Copy a signing server''s log of issuances into a directory, or bring a copy up to date')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check an exported log from its first entry to its last, offline')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an entry of an exported log')
            [CompletionResult]::new('prove', 'prove', [CompletionResultType]::ParameterValue, 'Write the proof that an entry is in a log, for whoever does not have the log')
            [CompletionResult]::new('check-proof', 'check-proof', [CompletionResultType]::ParameterValue, 'Check a proof without the log')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key that signs checkpoints or job packages')
            break
        }
        'curbside;audit;fetch' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;audit;verify' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--previous', '--previous', [CompletionResultType]::ParameterName, 'A checkpoint that was kept from an earlier check')
            [CompletionResult]::new('--chain', '--chain', [CompletionResultType]::ParameterName, 'A chain of the product, of any device: the certificates in the log must hang from it; may be said more than once')
            [CompletionResult]::new('--hsm-audit', '--hsm-audit', [CompletionResultType]::ParameterName, 'The saved audit logs of every HSM, as `curbside hsm audit --save` writes them')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'The journals of every line')
            [CompletionResult]::new('--feedback', '--feedback', [CompletionResultType]::ParameterName, 'The cloud''s feedback files')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Trust the roots in this file instead of Amazon''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;audit;show' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;audit;prove' {
            [CompletionResult]::new('--index', '--index', [CompletionResultType]::ParameterName, 'The entry''s position, from 0')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file for the proof')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;audit;check-proof' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'curbside;audit;keygen' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The key''s name, such as maker.example/sidewalk: an address that is yours, without its scheme')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file for the private key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'curbside;doctor' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one')
            [CompletionResult]::new('--connector', '--connector', [CompletionResultType]::ParameterName, 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one')
            [CompletionResult]::new('--signer', '--signer', [CompletionResultType]::ParameterName, 'Check the signing server of these settings, on its own machine')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Check the way from this line PC to a signing server')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Check the way from this line PC to whoever signs for a job: its signing servers, or its HSMs')
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'The product that the signing server must have')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the authorities in this PEM file for https, instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'The certificate that this client shows, PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The private key of that certificate, PEM')
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The directory that signing output and control logs go to')
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
