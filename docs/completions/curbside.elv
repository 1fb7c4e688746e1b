
use builtin;
use str;

set edit:completion:arg-completer[curbside] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'curbside'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'curbside'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand explain 'Say what a file or text is, field by field, and what is wrong with it'
            cand key 'Make and read device keys'
            cand chain 'Show and verify certificate chains'
            cand page 'Build, show, compare and merge manufacturing pages'
            cand log 'Consolidate, check, show and split control logs'
            cand compat 'Take a public tool''s own command line'
            cand completions 'Print a completion script for a shell'
            cand man 'Print the manual page, or write one for every command'
        }
        &'curbside;explain'= {
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;key'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand generate 'Generate the private keys of a device'
            cand show 'Show what belongs to a private key, but not the key'
            cand extract 'Print the raw private key in a PEM file as hex'
        }
        &'curbside;key;generate'= {
            cand --curve 'Which key; without this both, or those for which a file is named'
            cand --out-dir 'The directory for `ed25519.priv` and `p256.priv`'
            cand --ed25519 'The file for the Ed25519 key'
            cand --p256r1 'The file for the P-256 key'
            cand --form 'The PEM form; without this what OpenSSL writes: PKCS #8 for Ed25519, SEC 1 for P-256'
            cand --force 'Replace existing files'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;key;show'= {
            cand --json 'Print JSON instead of text'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;key;extract'= {
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;chain'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand show 'Show every certificate of a chain: serial, key, signature'
            cand verify 'Verify chains up to a trusted root'
            cand trust 'Print a trust file that pins the roots of chains'
            cand smsn 'Derive a device''s SMSN, the number that its chains carry'
        }
        &'curbside;chain;show'= {
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;chain;verify'= {
            cand --lines 'A file with one chain a line, in base64 or hex; `-` for stdin'
            cand --smsn 'The SMSN that every chain must have'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;chain;trust'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;chain;smsn'= {
            cand --device-type 'The device type id that Amazon assigned'
            cand --dsn 'The device serial number, unique in the product'
            cand --apid 'The advertised product id, four letters or digits'
            cand --stage 'The stage of the product: production, preproduction or test'
            cand --board-id 'The board id, which the on-device generator adds'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;page'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand build 'Build the manufacturing page of a device'
            cand show 'Show a page in any format, value by value'
            cand diff 'Compare two pages value by value, in whatever formats they are'
            cand merge 'Put a device''s values into an existing page'
            cand chips 'List the chips, their firmware generations and page addresses'
        }
        &'curbside;page;build'= {
            cand --chip 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own'
            cand --firmware 'The firmware generation; without this the chip''s first'
            cand --format 'The page format; without this what the chip''s current firmware reads'
            cand --layout 'Chips or layouts of your own'
            cand --address 'The page''s address, decimal or 0x…; without this where the firmware looks'
            cand --certificate-json 'The certificate JSON of the AWS console'
            cand --wireless-device 'The answer of `aws iotwireless get-wireless-device`'
            cand --acs 'The JSON of the ACS console, or of the signing tool with private keys'
            cand --device-profile 'The answer of `aws iotwireless get-device-profile`, for --wireless-device'
            cand --app-key 'The application server''s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes'
            cand --dsn 'The device serial number, at most 16 characters, to stand on the page too'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --bin 'Write the bytes of the page'
            cand --hex 'Write Intel HEX'
            cand --srec 'Write Motorola S-records'
            cand --nvm3 'Write NVM3 objects for Simplicity Commander'
            cand --accept 'Write the page although the firmware would misread it in this way; may be repeated'
            cand --force 'Replace existing files'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;page;show'= {
            cand --address 'The address of the file''s first byte, decimal or 0x…, where the file does not say'
            cand --layout 'Chips or layouts of your own'
            cand --strict 'Fail with exit code 3 unless the page is exactly right'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;page;diff'= {
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;page;merge'= {
            cand --chip 'The chip; `curbside page chips` lists them, `generic` stands for a board of your own'
            cand --firmware 'The firmware generation; without this the chip''s first'
            cand --format 'The page format; without this what the chip''s current firmware reads'
            cand --layout 'Chips or layouts of your own'
            cand --address 'The page''s address, decimal or 0x…; without this where the firmware looks'
            cand --certificate-json 'The certificate JSON of the AWS console'
            cand --wireless-device 'The answer of `aws iotwireless get-wireless-device`'
            cand --acs 'The JSON of the ACS console, or of the signing tool with private keys'
            cand --device-profile 'The answer of `aws iotwireless get-device-profile`, for --wireless-device'
            cand --app-key 'The application server''s public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes'
            cand --dsn 'The device serial number, at most 16 characters, to stand on the page too'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --bin 'Write the bytes of the page'
            cand --hex 'Write Intel HEX'
            cand --srec 'Write Motorola S-records'
            cand --nvm3 'Write NVM3 objects for Simplicity Commander'
            cand --accept 'Write the page although the firmware would misread it in this way; may be repeated'
            cand --force 'Replace existing files'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;page;chips'= {
            cand --layout 'Chips or layouts of your own'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;log'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand consolidate 'Make one control log of many'
            cand check 'Check whether Amazon would accept control logs'
            cand show 'Show the entries of control logs'
            cand split 'Split a control log into several'
        }
        &'curbside;log;consolidate'= {
            cand --out-dir 'Where the new file goes'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;log;check'= {
            cand --threads 'How many threads verify; without this one a core'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;log;show'= {
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;log;split'= {
            cand --devices 'At most so many devices in a part'
            cand --bytes 'At most so many bytes in a part'
            cand --out-dir 'Where the parts go'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;compat'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;man'= {
            cand --dir 'Write a manual page for every command to this directory'
            cand --markdown 'Print a reference of all commands in Markdown instead'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
