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
complete -c curbside -n "__fish_curbside_needs_command" -f -a "demo" -d 'Rehearse everything on this machine: HSMs, lines, boards, control logs'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "explain" -d 'Say what a file or text is, field by field, and what is wrong with it'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "key" -d 'Make and read device keys'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "sign" -d 'Sign devices with an HSM'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "chain" -d 'Show and verify certificate chains'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "page" -d 'Build, show, compare and merge manufacturing pages'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "log" -d 'Consolidate, check, show and split control logs'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "hsm" -d 'Program, serve and examine HSMs'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "mtls" -d 'Make the certificates of a networked set-up, and guard a connector with them'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "line" -d 'Run a line: boards in fixtures, from a serial number to a finished device'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "signer" -d 'Sign for many lines from one server'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "device" -d 'Serve and boot simulated boards'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "job" -d 'Seal, read and check job packages'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "audit" -d 'Check the log of issuances, without its server'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "doctor" -d 'Check this machine: HSMs, permissions, clock, disk; a signing server, or the way to one'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "compat" -d 'Take a public tool\'s own command line'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c curbside -n "__fish_curbside_needs_command" -f -a "man" -d 'Print the manual page, or write one for every command'
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l devices -d 'How many devices' -r
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l lines -d 'How many lines' -r
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l slots -d 'How many slots each line has' -r
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l hsms -d 'How many HSMs share the work' -r
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l dir -d 'The directory for everything that is made; without this curbside-demo, or the next name that is free' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l pin-file -d 'The PIN of the HSMs, a file; without this one is drawn' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l flash-ms -d 'How long writing a page takes, in milliseconds' -r
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l local -d 'Let each line reach the HSMs itself, without a signing server'
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l real-hsm-pace -d 'Let the HSMs take as long as hardware does'
complete -c curbside -n "__fish_curbside_using_subcommand demo" -s v -l verbose -d 'Say every step'
complete -c curbside -n "__fish_curbside_using_subcommand demo" -l json -d 'Print the summary as JSON'
complete -c curbside -n "__fish_curbside_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
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
complete -c curbside -n "__fish_curbside_using_subcommand sign" -s p -l product -d 'The product\'s tag on the HSM, such as RNET_DAK_NAME' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l stage -d 'The product\'s stage, for a tag that does not tell it' -r -f -a "production\t''
preproduction\t''
test\t''"
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l pin-slot -d 'The HSM\'s authentication key that the PIN is for; without this 5, then 6, for pre-production 6, then 5' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -s c -l connector -d 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l smsn -d 'The device\'s number, 64 hex digits; without this it is generated from the next options, or in the requests' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l device-type -d 'The device type that Amazon assigned' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l dsn -d 'The device serial number' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l apid -d 'The advertised product id, four characters' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l board-id -d 'The board id, which only on-device generation knows' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l eddsa-csr -d 'The Ed25519 signing request, base64' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l ecdsa-csr -d 'The P-256 signing request, base64' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l ed25519-key -d 'The Ed25519 private key, a PEM file; without keys and requests both keys are generated' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l p256r1-key -d 'The P-256 private key, a PEM file' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l app-server-key -d 'The application server\'s public key, 64 hex digits' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l device-profile -d 'The answer of `aws iotwireless get-device-profile`, which holds that key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l batch -d 'Sign the devices in this file; `-` for stdin' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l callers -d 'How many devices of a batch are signed at once; without this 8, or 4 for each HSM' -r
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l outform -d 'The form of the output' -r -f -a "json\t'JSON for page builders'
flat\t'A line a value'"
complete -c curbside -n "__fish_curbside_using_subcommand sign" -s o -l output -d 'The file for the output; without this stdout. Readable by its owner only where it holds private keys' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l control-log-dir -d 'Where control logs go: C_CONTROL_LOG_YYYYMMDDHHMMSS.txt, one a device or one a batch' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l force -d 'Replace an existing output'
complete -c curbside -n "__fish_curbside_using_subcommand sign" -l json -d 'Print the summary of a batch as JSON'
complete -c curbside -n "__fish_curbside_using_subcommand sign" -s h -l help -d 'Print help (see more with \'--help\')'
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
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -f -a "serve" -d 'Serve a software YubiHSM 2 as the vendor\'s connector serves hardware'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -f -a "connector" -d 'Serve a YubiHSM 2 on USB as the vendor\'s connector does'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -f -a "init" -d 'Put a dummy product onto one or several HSMs'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -f -a "status" -d 'Show what is on HSMs, and whether their chains are genuine'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and not __fish_seen_subcommand_from serve connector init status audit" -f -a "audit" -d 'Fetch the audit log of an HSM and check its chain of digests'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l store -d 'The directory of the device; made where there is none, for its owner only' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -s l -l listen -d 'Listen here; port 0 takes any that is free' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l host-header-allowlist -d 'Answer only requests to these hosts' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l passphrase-file -d 'Encrypt the store under the passphrase in this file, instead of under a key file in DIR' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l serial -d 'The serial number of a new device, shown on the status page too; without this a random one' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l firmware -d 'The firmware that the device behaves as' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l latency -d 'Take as long as hardware does, one operation at a time' -r -f -a "yubihsm2\t'The vendor\'s published figures; estimates where there are none'"
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l fault -d 'Let something go wrong; may be given more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l fault-plan -d 'Let go wrong what this file says, one fault a line; # begins a comment' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l seed -d 'Make keys, nonces and chances from this number, the same every time; for rehearsals only' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l enable-host-header-allowlist -d 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -l json -d 'Print one JSON line to stdout as soon as it listens'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -s l -l listen -d 'Listen here; port 0 takes any that is free' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -l host-header-allowlist -d 'Answer only requests to these hosts' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -l serial -d 'Use the HSM with this serial number; without this the first that is found' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -l enable-host-header-allowlist -d 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -l json -d 'Print one JSON line to stdout as soon as it listens'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from connector" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -s c -l connector -d 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l product -d 'The product\'s name: the end of its tag, such as RNET_DAK_DUMMY' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l stage -d 'The product\'s stage' -r -f -a "production\t''
preproduction\t''
test\t''"
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l daks -d 'How many DAKs, each with a tag of its own: NAME_1, NAME_2, …' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l certificates -d 'Take keys and certificates from this JSON, as the public generator of dummy HSMs takes it, instead of new ones' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l apid -d 'The product\'s APID, for the summary: an HSM does not know it' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l pin-slot -d 'Where the PIN goes; without this 6 for pre-production and 5 otherwise' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l admin-slot -d 'The authentication key that programs' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l admin-password-file -d 'The file that holds its password; without this key 1 with the factory\'s password' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l out-dir -d 'The directory for the trust file, TAG.trust' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l legacy -d 'The legacy layout with the short chain: device, model, manufacturer, Amazon'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l add -d 'Keep what is on the HSM, and its PIN'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l replace -d 'Delete what is in the way'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l force -d 'Replace an existing trust file'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -s c -l connector -d 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l slot -d 'The HSM\'s authentication key that the PIN is for' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l factory-key -d 'Use key 1 with the password of a factory-fresh HSM'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -s c -l connector -d 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l slot -d 'The HSM\'s authentication key that the PIN is for' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l audit-trust -d 'The file that says what was checked last; written anew after a good check' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l save -d 'The new file for the entries' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l factory-key -d 'Use key 1 with the password of a factory-fresh HSM'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l advance -d 'Let the HSM forget what was saved'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand hsm; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "init" -d 'Make a local certificate authority'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "issue" -d 'Issue the certificate of a server or a client'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "revoke" -d 'Revoke certificates, and sign the revocation list anew'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "renew" -d 'Issue the next certificate of a name, or of the authority itself'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "status" -d 'Show an authority and every certificate that it issued, or explain certificates of others'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "nginx" -d 'Write the public recipe\'s configuration of nginx'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and not __fish_seen_subcommand_from init issue revoke renew status nginx gateway" -f -a "gateway" -d 'Put mutual TLS in front of a connector'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l ca -d 'The authority\'s directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l adopt -d 'Take over this certificate and this encrypted private key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l days -d 'How many days it is valid' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l key -d 'What key it gets' -r -f -a "rsa2048\t'As the public recipe makes them'
p256\t'Smaller, and a faster handshake'"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l passphrase-file -d 'The file that holds the passphrase of the authority\'s key; without this it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l passphrase-fd -d 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l san -d 'A host name or an address of the server beside NAME; may be given more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l role -d 'What the client may do' -r -f -a "line\t'Asks for signatures; the default'
operator\t'Changes what a server does'
monitor\t'Reads health and metrics'"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l line -d 'The line\'s name, where it is not NAME' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l csr -d 'Sign this request (PKCS #10, PEM) instead of making a key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l key -d 'What key it gets' -r -f -a "rsa2048\t'As the public recipe makes them'
p256\t'Smaller, and a faster handshake'"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l days -d 'How many days it is valid; never longer than the authority' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l out -d 'The directory for its files; without this one named after it' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l ca -d 'The authority\'s directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l passphrase-file -d 'The file that holds the passphrase of the authority\'s key; without this it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l passphrase-fd -d 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from issue" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l serial -d 'The one with this serial number' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l certificate -d 'The one in this file' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l reason -d 'Why' -r -f -a "unspecified\t''
key-compromise\t'Somebody else may have the key'
superseded\t'Another certificate took its place'
cessation-of-operation\t'The line or server is no more'"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l ca -d 'The authority\'s directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l passphrase-file -d 'The file that holds the passphrase of the authority\'s key; without this it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l passphrase-fd -d 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l key -d 'What key it gets' -r -f -a "rsa2048\t'As the public recipe makes them'
p256\t'Smaller, and a faster handshake'"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l days -d 'How many days it is valid; a peer\'s never longer than the authority' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l out -d 'The directory for its files; without this one named after it and today' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l ca -d 'The authority\'s directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l passphrase-file -d 'The file that holds the passphrase of the authority\'s key; without this it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l passphrase-fd -d 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l authority -d 'Renew the authority\'s own certificate'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l keep-key -d 'Certify the key that it has: only the certificate is written'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l revoke-old -d 'Revoke what it had before, at once'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from status" -l ca -d 'The authority\'s directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from status" -l strict -d 'End with an error where something has expired, or soon will'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l certificates -d 'The directory of server.pem, server.key and ca.pem on the machine with nginx' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l platform -d 'For which system' -r -f -a "ubuntu\t'And every other Linux'
windows\t''"
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l listen -d 'The port on which line PCs are awaited' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l upstream -d 'The connector' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l log-path -d 'The directory of the logs; without this the recipe\'s' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l out -d 'The file to write; without this it goes to stdout' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l crl -d 'Use the revocation list ca.crl, also where this machine does not see one in the directory'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l tuned -d 'Add what the recipe lacks: kept connections, limits, time-outs'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -l force -d 'Replace an existing file'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from nginx" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -s l -l listen -d 'Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -s u -l upstream -d 'The connector' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l certificates -d 'The directory with ca.pem, server.pem, server.key and, where something is revoked, ca.crl' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l crl -d 'The revocation list, where it is not ca.crl in DIR' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l connections -d 'The most connections at once' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l connections-per-address -d 'The most connections at once from one address' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l rate -d 'The most requests a second of one client; 0 for no limit' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l grace -d 'How many seconds requests in hand may take to finish after the end was asked for' -r
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l json -d 'Print JSON lines instead of text; the first says where it listens'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -l service -d 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind'
complete -c curbside -n "__fish_curbside_using_subcommand mtls; and __fish_seen_subcommand_from gateway" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "new" -d 'Write a job file: asks what is not said'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "run" -d 'Take boards in until the job is done'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "resume" -d 'Finish what an earlier run left, and take no new board in'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "status" -d 'Show how far a job is, and what waits for a person'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "rework" -d 'Let a finished board have a new identity, and retire the one it had'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "release" -d 'Give up a device that cannot be finished'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "report" -d 'Show what a line made: yield, rate, times per slot and step, failures'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "export" -d 'Print the genealogy of devices, as CSV or JSON lines'
complete -c curbside -n "__fish_curbside_using_subcommand line; and not __fish_seen_subcommand_from new run resume status rework release report export label" -f -a "label" -d 'Print the label of a finished device again'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l name -d 'The job\'s name' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l product -d 'The product\'s tag, such as RNET_DAK_NAME' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l device-type -d 'The device type that Amazon assigned' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l apid -d 'The advertised product id, four characters' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l app-server-key -d 'The application server\'s key, 64 hex digits, or the file of a device profile' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l trust -d 'A trust file, for a rehearsal' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l chip -d 'The chip; `curbside page chips` lists them' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l hsm -d 'An HSM; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l pin-file -d 'The file with the PIN' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l server -d 'A signing server in place of HSMs, https://HOST:PORT; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l package -d 'The job package that pays, where the server shall not look for it' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l certificates -d 'The directory with the line\'s ca.pem, client.pem and client.key for the signing server' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l serials -d 'The pattern of serial numbers' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l count -d 'How many devices' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l slots -d 'How many slots' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l driver -d 'How boards are reached: sim, or a command template\'s name such as nrfutil' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -l probe -d 'The probe of each slot' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -l json -d 'Print each event as a JSON object a line'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say every step'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -l plain -d 'Write plain lines on a terminal too'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -l pin-file -d 'The file that holds the PIN; without this and --pin-fd it is asked for' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -l pin-fd -d 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -l json -d 'Print each event as a JSON object a line'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say every step'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -l plain -d 'Write plain lines on a terminal too'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from rework" -l reason -d 'Why, for the journal' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from rework" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from release" -l reason -d 'Why, for the journal' -r
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from release" -l burn -d 'Give it up although its serial number stays used'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from report" -l csv -d 'Write CSV to this file, in place of one that is there' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from report" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from export" -l json -d 'Print JSON lines instead of CSV'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand line; and __fish_seen_subcommand_from label" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and not __fish_seen_subcommand_from serve status" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and not __fish_seen_subcommand_from serve status" -f -a "serve" -d 'Sign for many lines, over mutual TLS'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and not __fish_seen_subcommand_from serve status" -f -a "status" -d 'Show a signing server\'s products, HSMs, quota and counts'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from serve" -l grace -d 'How many seconds calls in hand may take to finish after the end was asked for' -r
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from serve" -l json -d 'Print JSON lines instead of text; the first says where it listens'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from serve" -l service -d 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from status" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from status" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from status" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand signer; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand device; and not __fish_seen_subcommand_from serve boot" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand device; and not __fish_seen_subcommand_from serve boot" -f -a "serve" -d 'Serve a simulated board\'s diagnostic firmware as a serial port'
complete -c curbside -n "__fish_curbside_using_subcommand device; and not __fish_seen_subcommand_from serve boot" -f -a "boot" -d 'Boot a simulated board and show what its firmware makes of the page'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l pty -d 'Make a pseudo-terminal, and a link to it where one is named; without any of these three too' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l tcp -d 'Listen here; port 0 takes any that is free' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l board -d 'A board of a tray, or any other board\'s file; what happens to the board stays in the file' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l chip -d 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l firmware -d 'The firmware generation; without this the chip\'s first' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l dialect -d 'How the command line looks; without this as firmware for the chip has it' -r -f -a "nordic\t'Bare lines after `uart:~$`'
amazon\t'Log lines after `-->`'"
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l fault -d 'Let something go wrong; may be given more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l noise -d 'Log lines and rubbish between the lines of answers, at this chance in per cent' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l seed -d 'Make chip id, keys and chances from this number, the same every time; for rehearsals only' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l stdio -d 'Use stdin and stdout'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l key-store -d 'The firmware keeps private keys in a key store (PSA), not on the page'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -l json -d 'Print one JSON line as soon as it listens: to stdout, with --stdio to stderr'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l board -d 'A board of a tray, or any other board\'s file; what happens to the board stays in the file' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l chip -d 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l firmware -d 'The firmware generation; without this the chip\'s first' -r
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l page -d 'Program this page first; `-` for stdin' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l key-store -d 'The firmware keeps private keys in a key store (PSA), not on the page'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand device; and __fish_seen_subcommand_from boot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand job; and not __fish_seen_subcommand_from seal open verify" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand job; and not __fish_seen_subcommand_from seal open verify" -f -a "seal" -d 'Seal a job: sign how many devices a factory may make of it, where and until when'
complete -c curbside -n "__fish_curbside_using_subcommand job; and not __fish_seen_subcommand_from seal open verify" -f -a "open" -d 'Open a job package: write a job file that keeps to it'
complete -c curbside -n "__fish_curbside_using_subcommand job; and not __fish_seen_subcommand_from seal open verify" -f -a "verify" -d 'Say what a job package allows, whose signature it has, and whether it is valid now'
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l count -d 'How many devices may be made' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l valid-from -d 'From when on it is valid, such as 2031-04-02T00:00:00Z; without this from now on' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l valid-until -d 'When it ends, such as 2031-07-01T00:00:00Z' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l line -d 'A line that may make them; may be said more than once, without this any line may' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l id -d 'The package\'s name; without this the job\'s' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l key -d 'The file with the private key; `curbside audit keygen` makes one' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l key-name -d 'The key\'s name, where its file has none' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -l out -d 'The file for the package' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from seal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l out -d 'The directory for job.toml and package.note' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l line -d 'The line, where the package does not allow every line' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l app-server-key -d 'The application server\'s key, 64 hex digits, or the file of a device profile, seen from the job file' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l trust -d 'The trust file that the package was sealed with, where it is not for Amazon\'s roots' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l hsm -d 'An HSM; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l server -d 'A signing server, in place of HSMs; ca.pem, client.pem and client.key are then expected beside the job file' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l serials -d 'The pattern of serial numbers' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -l slots -d 'How many slots' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from verify" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from verify" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand job; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "fetch" -d 'Copy a signing server\'s log of issuances into a directory, or bring a copy up to date'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "verify" -d 'Check an exported log from its first entry to its last, offline'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "show" -d 'Show an entry of an exported log'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "prove" -d 'Write the proof that an entry is in a log, for whoever does not have the log'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "check-proof" -d 'Check a proof without the log'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and not __fish_seen_subcommand_from fetch verify show prove check-proof keygen" -f -a "keygen" -d 'Make a key that signs checkpoints or job packages'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from fetch" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from fetch" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from fetch" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from fetch" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l previous -d 'A checkpoint that was kept from an earlier check' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l chain -d 'A chain of the product, of any device: the certificates in the log must hang from it; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l hsm-audit -d 'The saved audit logs of every HSM, as `curbside hsm audit --save` writes them' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l journal -d 'The journals of every line' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l feedback -d 'The cloud\'s feedback files' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l trust -d 'Trust the roots in this file instead of Amazon\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from show" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from prove" -l index -d 'The entry\'s position, from 0' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from prove" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from prove" -l out -d 'The file for the proof' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from prove" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from prove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from check-proof" -l key -d 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from check-proof" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from check-proof" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from keygen" -l name -d 'The key\'s name, such as maker.example/sidewalk: an address that is yours, without its scheme' -r
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from keygen" -l out -d 'The file for the private key' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from keygen" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand audit; and __fish_seen_subcommand_from keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -s c -l connector -d 'An HSM to reach: a connector\'s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one' -r
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l signer -d 'Check the signing server of these settings, on its own machine' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l server -d 'Check the way from this line PC to a signing server' -r
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l job -d 'Check the way from this line PC to whoever signs for a job: its signing servers, or its HSMs' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l product -d 'The product that the signing server must have' -r
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l ca-cert -d 'Trust the authorities in this PEM file for https, instead of the system\'s' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l client-cert -d 'The certificate that this client shows, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l client-key -d 'The private key of that certificate, PEM' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l dir -d 'The directory that signing output and control logs go to' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -l json -d 'Print JSON instead of text'
complete -c curbside -n "__fish_curbside_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand compat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c curbside -n "__fish_curbside_using_subcommand completions" -s h -l help -d 'Print help'
complete -c curbside -n "__fish_curbside_using_subcommand man" -l dir -d 'Write a manual page for every command to this directory' -r -F
complete -c curbside -n "__fish_curbside_using_subcommand man" -l markdown -d 'Print a reference of all commands in Markdown instead'
complete -c curbside -n "__fish_curbside_using_subcommand man" -s h -l help -d 'Print help'
