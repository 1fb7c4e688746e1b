
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
            cand demo 'Rehearse everything on this machine: HSMs, lines, boards, control logs'
            cand explain 'Say what a file or text is, field by field, and what is wrong with it'
            cand key 'Make and read device keys'
            cand sign 'Sign devices with an HSM'
            cand chain 'Show and verify certificate chains'
            cand page 'Build, show, compare and merge manufacturing pages'
            cand log 'Consolidate, check, show and split control logs'
            cand hsm 'Program, serve and examine HSMs'
            cand line 'Run a line: boards in fixtures, from a serial number to a finished device'
            cand device 'Serve and boot simulated boards'
            cand doctor 'Check this machine: HSMs, permissions, clock, disk'
            cand compat 'Take a public tool''s own command line'
            cand completions 'Print a completion script for a shell'
            cand man 'Print the manual page, or write one for every command'
        }
        &'curbside;demo'= {
            cand --devices 'How many devices'
            cand --lines 'How many lines'
            cand --slots 'How many slots each line has'
            cand --hsms 'How many HSMs share the work'
            cand --dir 'The directory for everything that is made; without this curbside-demo, or the next name that is free'
            cand --pin-file 'The PIN of the HSMs, a file; without this one is drawn'
            cand --flash-ms 'How long writing a page takes, in milliseconds'
            cand --real-hsm-pace 'Let the HSMs take as long as hardware does'
            cand -v 'Say every step'
            cand --verbose 'Say every step'
            cand --json 'Print the summary as JSON'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
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
        &'curbside;sign'= {
            cand -p 'The product''s tag on the HSM, such as RNET_DAK_NAME'
            cand --product 'The product''s tag on the HSM, such as RNET_DAK_NAME'
            cand --stage 'The product''s stage, for a tag that does not tell it'
            cand --pin-slot 'The HSM''s authentication key that the PIN is for; without this 5, then 6, for pre-production 6, then 5'
            cand -c 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --connector 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --smsn 'The device''s number, 64 hex digits; without this it is generated from the next options, or in the requests'
            cand --device-type 'The device type that Amazon assigned'
            cand --dsn 'The device serial number'
            cand --apid 'The advertised product id, four characters'
            cand --board-id 'The board id, which only on-device generation knows'
            cand --eddsa-csr 'The Ed25519 signing request, base64'
            cand --ecdsa-csr 'The P-256 signing request, base64'
            cand --ed25519-key 'The Ed25519 private key, a PEM file; without keys and requests both keys are generated'
            cand --p256r1-key 'The P-256 private key, a PEM file'
            cand --app-server-key 'The application server''s public key, 64 hex digits'
            cand --device-profile 'The answer of `aws iotwireless get-device-profile`, which holds that key'
            cand --batch 'Sign the devices in this file; `-` for stdin'
            cand --callers 'How many devices of a batch are signed at once; without this 8, or 4 for each HSM'
            cand --outform 'The form of the output'
            cand -o 'The file for the output; without this stdout. Readable by its owner only where it holds private keys'
            cand --output 'The file for the output; without this stdout. Readable by its owner only where it holds private keys'
            cand --control-log-dir 'Where control logs go: C_CONTROL_LOG_YYYYMMDDHHMMSS.txt, one a device or one a batch'
            cand --force 'Replace an existing output'
            cand --json 'Print the summary of a batch as JSON'
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
        &'curbside;hsm'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand serve 'Serve a software YubiHSM 2 as the vendor''s connector serves hardware'
            cand connector 'Serve a YubiHSM 2 on USB as the vendor''s connector does'
            cand init 'Put a dummy product onto one or several HSMs'
            cand status 'Show what is on HSMs, and whether their chains are genuine'
            cand audit 'Fetch the audit log of an HSM and check its chain of digests'
        }
        &'curbside;hsm;serve'= {
            cand --store 'The directory of the device; made where there is none, for its owner only'
            cand -l 'Listen here; port 0 takes any that is free'
            cand --listen 'Listen here; port 0 takes any that is free'
            cand --host-header-allowlist 'Answer only requests to these hosts'
            cand --passphrase-file 'Encrypt the store under the passphrase in this file, instead of under a key file in DIR'
            cand --serial 'The serial number of a new device, shown on the status page too; without this a random one'
            cand --firmware 'The firmware that the device behaves as'
            cand --latency 'Take as long as hardware does, one operation at a time'
            cand --fault 'Let something go wrong; may be given more than once'
            cand --fault-plan 'Let go wrong what this file says, one fault a line; # begins a comment'
            cand --seed 'Make keys, nonces and chances from this number, the same every time; for rehearsals only'
            cand --enable-host-header-allowlist 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through'
            cand --json 'Print one JSON line to stdout as soon as it listens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;hsm;connector'= {
            cand -l 'Listen here; port 0 takes any that is free'
            cand --listen 'Listen here; port 0 takes any that is free'
            cand --host-header-allowlist 'Answer only requests to these hosts'
            cand --serial 'Use the HSM with this serial number; without this the first that is found'
            cand --enable-host-header-allowlist 'Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through'
            cand --json 'Print one JSON line to stdout as soon as it listens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;hsm;init'= {
            cand -c 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --connector 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --product 'The product''s name: the end of its tag, such as RNET_DAK_DUMMY'
            cand --stage 'The product''s stage'
            cand --daks 'How many DAKs, each with a tag of its own: NAME_1, NAME_2, …'
            cand --certificates 'Take keys and certificates from this JSON, as the public generator of dummy HSMs takes it, instead of new ones'
            cand --apid 'The product''s APID, for the summary: an HSM does not know it'
            cand --pin-slot 'Where the PIN goes; without this 6 for pre-production and 5 otherwise'
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --admin-slot 'The authentication key that programs'
            cand --admin-password-file 'The file that holds its password; without this key 1 with the factory''s password'
            cand --out-dir 'The directory for the trust file, TAG.trust'
            cand --legacy 'The legacy layout with the short chain: device, model, manufacturer, Amazon'
            cand --add 'Keep what is on the HSM, and its PIN'
            cand --replace 'Delete what is in the way'
            cand --force 'Replace an existing trust file'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;hsm;status'= {
            cand -c 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --connector 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --slot 'The HSM''s authentication key that the PIN is for'
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --factory-key 'Use key 1 with the password of a factory-fresh HSM'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;hsm;audit'= {
            cand -c 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --connector 'An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is plugged in here; several that hold the same key share the work'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --slot 'The HSM''s authentication key that the PIN is for'
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --audit-trust 'The file that says what was checked last; written anew after a good check'
            cand --save 'The new file for the entries'
            cand --factory-key 'Use key 1 with the password of a factory-fresh HSM'
            cand --advance 'Let the HSM forget what was saved'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand new 'Write a job file: asks what is not said'
            cand run 'Take boards in until the job is done'
            cand resume 'Finish what an earlier run left, and take no new board in'
            cand status 'Show how far a job is, and what waits for a person'
            cand rework 'Let a finished board have a new identity, and retire the one it had'
            cand release 'Give up a device that cannot be finished'
            cand report 'Show what a line made: yield, rate, times per slot and step, failures'
            cand export 'Print the genealogy of devices, as CSV or JSON lines'
            cand label 'Print the label of a finished device again'
        }
        &'curbside;line;new'= {
            cand --name 'The job''s name'
            cand --product 'The product''s tag, such as RNET_DAK_NAME'
            cand --device-type 'The device type that Amazon assigned'
            cand --apid 'The advertised product id, four characters'
            cand --app-server-key 'The application server''s key, 64 hex digits, or the file of a device profile'
            cand --trust 'A trust file, for a rehearsal'
            cand --chip 'The chip; `curbside page chips` lists them'
            cand --hsm 'An HSM; may be said more than once'
            cand --pin-file 'The file with the PIN'
            cand --serials 'The pattern of serial numbers'
            cand --count 'How many devices'
            cand --slots 'How many slots'
            cand --driver 'How boards are reached: sim, or a command template''s name such as nrfutil'
            cand --probe 'The probe of each slot'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;line;run'= {
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --json 'Print each event as a JSON object a line'
            cand -v 'Say every step'
            cand --verbose 'Say every step'
            cand --plain 'Write plain lines on a terminal too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;resume'= {
            cand --pin-file 'The file that holds the PIN; without this and --pin-fd it is asked for'
            cand --pin-fd 'The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows'
            cand --json 'Print each event as a JSON object a line'
            cand -v 'Say every step'
            cand --verbose 'Say every step'
            cand --plain 'Write plain lines on a terminal too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;status'= {
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;rework'= {
            cand --reason 'Why, for the journal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;release'= {
            cand --reason 'Why, for the journal'
            cand --burn 'Give it up although its serial number stays used'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;report'= {
            cand --csv 'Write CSV to this file, in place of one that is there'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;line;export'= {
            cand --json 'Print JSON lines instead of CSV'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;line;label'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;device'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand serve 'Serve a simulated board''s diagnostic firmware as a serial port'
            cand boot 'Boot a simulated board and show what its firmware makes of the page'
        }
        &'curbside;device;serve'= {
            cand --pty 'Make a pseudo-terminal, and a link to it where one is named; without any of these three too'
            cand --tcp 'Listen here; port 0 takes any that is free'
            cand --board 'A board of a tray, or any other board''s file; what happens to the board stays in the file'
            cand --chip 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips'
            cand --firmware 'The firmware generation; without this the chip''s first'
            cand --dialect 'How the command line looks; without this as firmware for the chip has it'
            cand --fault 'Let something go wrong; may be given more than once'
            cand --noise 'Log lines and rubbish between the lines of answers, at this chance in per cent'
            cand --seed 'Make chip id, keys and chances from this number, the same every time; for rehearsals only'
            cand --stdio 'Use stdin and stdout'
            cand --key-store 'The firmware keeps private keys in a key store (PSA), not on the page'
            cand --json 'Print one JSON line as soon as it listens: to stdout, with --stdio to stderr'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;device;boot'= {
            cand --board 'A board of a tray, or any other board''s file; what happens to the board stays in the file'
            cand --chip 'A blank board with this chip, gone when the command ends; `curbside page chips` lists the chips'
            cand --firmware 'The firmware generation; without this the chip''s first'
            cand --page 'Program this page first; `-` for stdin'
            cand --key-store 'The firmware keeps private keys in a key store (PSA), not on the page'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;doctor'= {
            cand -c 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one'
            cand --connector 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --dir 'The directory that signing output and control logs go to'
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
