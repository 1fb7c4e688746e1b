# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_curbside_global_optspecs
    string join \n h/help V/version
end

function __fish_curbside_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_curbside_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_curbside_using_subcommand
    set -l cmd (__fish_curbside_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c curbside -n "__fish_curbside_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_needs_command" -s V -l version -d 'Print version'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "explain" -d 'Say what a file or text is, field by field, and what is wrong with it'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "key" -d 'Make and read device keys'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "chain" -d 'Show and verify certificate chains'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "page" -d 'Build, show, compare and merge manufacturing pages'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "log" -d 'Consolidate, check, show and split control logs'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "compat" -d 'Take a public tool\'s own command line'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "man" -d 'Print the manual page, or write one for every command'
complete -c curbside -n "__fish_curbside_using_subcommand explain" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand explain" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand key; and not __fish_seen_subcommand_from generate show extract" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand key; and not __fish_seen_subcommand_from generate show extract" -f -a "generate" -d 'Generate the private keys of a device'
complete -c curbside -n "__fish_curbside_using_subcommand key; and not __fish_seen_subcommand_from generate show extract" -f -a "show" -d 'Show what belongs to a private key, but not the key'
complete -c curbside -n "__fish_curbside_using_subcommand key; and not __fish_seen_subcommand_from generate show extract" -f -a "extract" -d 'Print the raw private key in a PEM file as hex'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l curve -d 'Which key; without this both, or those for which a file is named' -r -f -a "ed25519\t''
p256r1\t''
both\t''"
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l out-dir -d 'The directory for `ed25519.priv` and `p256.priv`' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l ed25519 -d 'The file for the Ed25519 key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l p256r1 -d 'The file for the P-256 key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l form -d 'The PEM form; without this what OpenSSL writes: PKCS #8 for Ed25519, SEC 1 for P-256' -r -f -a "sec1\t'RFC 5915, with OpenSSL\'s EC PARAMETERS block; P-256 only'
pkcs8\t'RFC 5958'"
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l force -d 'Replace existing files'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from extract" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand key; and __fish_seen_subcommand_from extract" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and not __fish_seen_subcommand_from show verify trust smsn" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and not __fish_seen_subcommand_from show verify trust smsn" -f -a "show" -d 'Show every certificate of a chain: serial, key, signature'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and not __fish_seen_subcommand_from show verify trust smsn" -f -a "verify" -d 'Verify chains up to a trusted root'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and not __fish_seen_subcommand_from show verify trust smsn" -f -a "trust" -d 'Print a trust file that pins the roots of chains'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and not __fish_seen_subcommand_from show verify trust smsn" -f -a "smsn" -d 'Derive a device\'s SMSN, the number that its chains carry'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from show" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from verify" -l lines -d 'A file with one chain a line, in base64 or hex; `-` for stdin' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from verify" -l smsn -d 'The SMSN that every chain must have' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from verify" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from verify" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from trust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l device-type -d 'The device type id that Amazon assigned' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l dsn -d 'The device serial number, unique in the product' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l apid -d 'The advertised product id, four letters or digits' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l stage -d 'The stage of the product: production, preproduction or test' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l board-id -d 'The board id, which the on-device generator adds' -r
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand chain; and __fish_seen_subcommand_from smsn" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -f -a "build" -d 'Build the manufacturing page of a device'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -f -a "show" -d 'Show a page in any format, value by value'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -f -a "diff" -d 'Compare two pages value by value, in whatever formats they are'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -f -a "merge" -d 'Put a device\'s values into an existing page'
complete -c curbside -n "__fish_curbside_using_subcommand page; and not __fish_seen_subcommand_from build show diff merge chips" -f -a "chips" -d 'List the chips, their firmware generations and page addresses'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l chip -d 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l firmware -d 'The firmware generation; without this the chip\'s first' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l format -d 'The page format; without this what the chip\'s current firmware reads' -r -f -a "v7\t'Fixed offsets, for firmware of SDK 1.15 and before'
v8\t'Records, for firmware of SDK 1.16 and later'
nvm3\t'NVM3 objects of Silicon Labs'"
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l layout -d 'Chips or layouts of your own' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l address -d 'The page\'s address, decimal or 0x…; without this where the firmware looks' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l certificate-json -d 'The certificate JSON of the AWS console' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l wireless-device -d 'The answer of `aws iotwireless get-wireless-device`' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l acs -d 'The JSON of the ACS console, or of the signing tool with private keys' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l device-profile -d 'The answer of `aws iotwireless get-device-profile`, for --wireless-device' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l app-key -d 'The application server\'s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l dsn -d 'The device serial number, at most 16 characters, to stand on the page too' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l bin -d 'Write the bytes of the page' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l hex -d 'Write Intel HEX' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l srec -d 'Write Motorola S-records' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l nvm3 -d 'Write NVM3 objects for Simplicity Commander' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l accept -d 'Write the page although the firmware would misread it in this way; may be repeated' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l force -d 'Replace existing files'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from show" -l address -d 'The address of the file\'s first byte, decimal or 0x…, where the file does not say' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from show" -l layout -d 'Chips or layouts of your own' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from show" -l strict -d 'Fail with exit code 3 unless the page is exactly right'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from diff" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l chip -d 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l firmware -d 'The firmware generation; without this the chip\'s first' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l format -d 'The page format; without this what the chip\'s current firmware reads' -r -f -a "v7\t'Fixed offsets, for firmware of SDK 1.15 and before'
v8\t'Records, for firmware of SDK 1.16 and later'
nvm3\t'NVM3 objects of Silicon Labs'"
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l layout -d 'Chips or layouts of your own' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l address -d 'The page\'s address, decimal or 0x…; without this where the firmware looks' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l certificate-json -d 'The certificate JSON of the AWS console' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l wireless-device -d 'The answer of `aws iotwireless get-wireless-device`' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l acs -d 'The JSON of the ACS console, or of the signing tool with private keys' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l device-profile -d 'The answer of `aws iotwireless get-device-profile`, for --wireless-device' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l app-key -d 'The application server\'s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l dsn -d 'The device serial number, at most 16 characters, to stand on the page too' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l bin -d 'Write the bytes of the page' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l hex -d 'Write Intel HEX' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l srec -d 'Write Motorola S-records' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l nvm3 -d 'Write NVM3 objects for Simplicity Commander' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l accept -d 'Write the page although the firmware would misread it in this way; may be repeated' -r
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l force -d 'Replace existing files'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from chips" -l layout -d 'Chips or layouts of your own' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from chips" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand page; and __fish_seen_subcommand_from chips" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand log; and not __fish_seen_subcommand_from consolidate check show split" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand log; and not __fish_seen_subcommand_from consolidate check show split" -f -a "consolidate" -d 'Make one control log of many'
complete -c curbside -n "__fish_curbside_using_subcommand log; and not __fish_seen_subcommand_from consolidate check show split" -f -a "check" -d 'Check whether Amazon would accept control logs'
complete -c curbside -n "__fish_curbside_using_subcommand log; and not __fish_seen_subcommand_from consolidate check show split" -f -a "show" -d 'Show the entries of control logs'
complete -c curbside -n "__fish_curbside_using_subcommand log; and not __fish_seen_subcommand_from consolidate check show split" -f -a "split" -d 'Split a control log into several'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from consolidate" -l out-dir -d 'Where the new file goes' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from consolidate" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from consolidate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from check" -l threads -d 'How many threads verify; without this one a core' -r
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from check" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from check" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from split" -l devices -d 'At most so many devices in a part' -r
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from split" -l bytes -d 'At most so many bytes in a part' -r
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from split" -l out-dir -d 'Where the parts go' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from split" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand log; and __fish_seen_subcommand_from split" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand compat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand completions" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand man" -l dir -d 'Write a manual page for every command to this directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand man" -l markdown -d 'Print a reference of all commands in Markdown instead'
complete -c curbside -n "__fish_curbside_using_subcommand man" -s h -l help -d 'Print help'
