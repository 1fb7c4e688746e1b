
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
            cand mtls 'Make the certificates of a networked set-up, and guard a connector with them'
            cand line 'Run a line: boards in fixtures, from a serial number to a finished device'
            cand signer 'Sign for many lines from one server'
            cand device 'Serve and boot simulated boards'
            cand job 'Seal, read and check job packages'
            cand audit 'Check the log of issuances, without its server'
            cand doctor 'Check this machine: HSMs, permissions, clock, disk; a signing server, or the way to one'
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
            cand --local 'Let each line reach the HSMs itself, without a signing server'
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
        &'curbside;mtls'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand init 'Make a local certificate authority'
            cand issue 'Issue the certificate of a server or a client'
            cand revoke 'Revoke certificates, and sign the revocation list anew'
            cand renew 'Issue the next certificate of a name, or of the authority itself'
            cand status 'Show an authority and every certificate that it issued, or explain certificates of others'
            cand nginx 'Write the public recipe''s configuration of nginx'
            cand gateway 'Put mutual TLS in front of a connector'
        }
        &'curbside;mtls;init'= {
            cand --ca 'The authority''s directory'
            cand --adopt 'Take over this certificate and this encrypted private key'
            cand --days 'How many days it is valid'
            cand --key 'What key it gets'
            cand --passphrase-file 'The file that holds the passphrase of the authority''s key; without this it is asked for'
            cand --passphrase-fd 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;issue'= {
            cand --san 'A host name or an address of the server beside NAME; may be given more than once'
            cand --role 'What the client may do'
            cand --line 'The line''s name, where it is not NAME'
            cand --csr 'Sign this request (PKCS #10, PEM) instead of making a key'
            cand --key 'What key it gets'
            cand --days 'How many days it is valid; never longer than the authority'
            cand --out 'The directory for its files; without this one named after it'
            cand --ca 'The authority''s directory'
            cand --passphrase-file 'The file that holds the passphrase of the authority''s key; without this it is asked for'
            cand --passphrase-fd 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;revoke'= {
            cand --serial 'The one with this serial number'
            cand --certificate 'The one in this file'
            cand --reason 'Why'
            cand --ca 'The authority''s directory'
            cand --passphrase-file 'The file that holds the passphrase of the authority''s key; without this it is asked for'
            cand --passphrase-fd 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;renew'= {
            cand --key 'What key it gets'
            cand --days 'How many days it is valid; a peer''s never longer than the authority'
            cand --out 'The directory for its files; without this one named after it and today'
            cand --ca 'The authority''s directory'
            cand --passphrase-file 'The file that holds the passphrase of the authority''s key; without this it is asked for'
            cand --passphrase-fd 'The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows'
            cand --authority 'Renew the authority''s own certificate'
            cand --keep-key 'Certify the key that it has: only the certificate is written'
            cand --revoke-old 'Revoke what it had before, at once'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;status'= {
            cand --ca 'The authority''s directory'
            cand --strict 'End with an error where something has expired, or soon will'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;nginx'= {
            cand --certificates 'The directory of server.pem, server.key and ca.pem on the machine with nginx'
            cand --platform 'For which system'
            cand --listen 'The port on which line PCs are awaited'
            cand --upstream 'The connector'
            cand --log-path 'The directory of the logs; without this the recipe''s'
            cand --out 'The file to write; without this it goes to stdout'
            cand --crl 'Use the revocation list ca.crl, also where this machine does not see one in the directory'
            cand --tuned 'Add what the recipe lacks: kept connections, limits, time-outs'
            cand --force 'Replace an existing file'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;mtls;gateway'= {
            cand -l 'Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it'
            cand --listen 'Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it'
            cand -u 'The connector'
            cand --upstream 'The connector'
            cand --certificates 'The directory with ca.pem, server.pem, server.key and, where something is revoked, ca.crl'
            cand --crl 'The revocation list, where it is not ca.crl in DIR'
            cand --connections 'The most connections at once'
            cand --connections-per-address 'The most connections at once from one address'
            cand --rate 'The most requests a second of one client; 0 for no limit'
            cand --grace 'How many seconds requests in hand may take to finish after the end was asked for'
            cand --json 'Print JSON lines instead of text; the first says where it listens'
            cand --service 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind'
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
            cand --server 'A signing server in place of HSMs, https://HOST:PORT; may be said more than once'
            cand --package 'The job package that pays, where the server shall not look for it'
            cand --certificates 'The directory with the line''s ca.pem, client.pem and client.key for the signing server'
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
        &'curbside;signer'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand serve 'Sign for many lines, over mutual TLS'
            cand status 'Show a signing server''s products, HSMs, quota and counts'
        }
        &'curbside;signer;serve'= {
            cand --grace 'How many seconds calls in hand may take to finish after the end was asked for'
            cand --json 'Print JSON lines instead of text; the first says where it listens'
            cand --service 'Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;signer;status'= {
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help'
            cand --help 'Print help'
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
        &'curbside;job'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand seal 'Seal a job: sign how many devices a factory may make of it, where and until when'
            cand open 'Open a job package: write a job file that keeps to it'
            cand verify 'Say what a job package allows, whose signature it has, and whether it is valid now'
        }
        &'curbside;job;seal'= {
            cand --count 'How many devices may be made'
            cand --valid-from 'From when on it is valid, such as 2031-04-02T00:00:00Z; without this from now on'
            cand --valid-until 'When it ends, such as 2031-07-01T00:00:00Z'
            cand --line 'A line that may make them; may be said more than once, without this any line may'
            cand --id 'The package''s name; without this the job''s'
            cand --key 'The file with the private key; `curbside audit keygen` makes one'
            cand --key-name 'The key''s name, where its file has none'
            cand --out 'The file for the package'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;job;open'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --out 'The directory for job.toml and package.note'
            cand --line 'The line, where the package does not allow every line'
            cand --app-server-key 'The application server''s key, 64 hex digits, or the file of a device profile, seen from the job file'
            cand --trust 'The trust file that the package was sealed with, where it is not for Amazon''s roots'
            cand --hsm 'An HSM; may be said more than once'
            cand --server 'A signing server, in place of HSMs; ca.pem, client.pem and client.key are then expected beside the job file'
            cand --serials 'The pattern of serial numbers'
            cand --slots 'How many slots'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;job;verify'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;audit'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand fetch 'Copy a signing server''s log of issuances into a directory, or bring a copy up to date'
            cand verify 'Check an exported log from its first entry to its last, offline'
            cand show 'Show an entry of an exported log'
            cand prove 'Write the proof that an entry is in a log, for whoever does not have the log'
            cand check-proof 'Check a proof without the log'
            cand keygen 'Make a key that signs checkpoints or job packages'
        }
        &'curbside;audit;fetch'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --ca-cert 'Trust the authorities in this PEM file for https, instead of the system''s'
            cand --client-cert 'The certificate that this client shows, PEM'
            cand --client-key 'The private key of that certificate, PEM'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;audit;verify'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --previous 'A checkpoint that was kept from an earlier check'
            cand --chain 'A chain of the product, of any device: the certificates in the log must hang from it; may be said more than once'
            cand --hsm-audit 'The saved audit logs of every HSM, as `curbside hsm audit --save` writes them'
            cand --journal 'The journals of every line'
            cand --feedback 'The cloud''s feedback files'
            cand --trust 'Trust the roots in this file instead of Amazon''s'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;audit;show'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;audit;prove'= {
            cand --index 'The entry''s position, from 0'
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --out 'The file for the proof'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;audit;check-proof'= {
            cand --key 'The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'curbside;audit;keygen'= {
            cand --name 'The key''s name, such as maker.example/sidewalk: an address that is yours, without its scheme'
            cand --out 'The file for the private key'
            cand --json 'Print JSON instead of text'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'curbside;doctor'= {
            cand -c 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one'
            cand --connector 'An HSM to reach: a connector''s URL, or usb:// for one that is plugged in here; without this one that is plugged in is looked at where there is one'
            cand --signer 'Check the signing server of these settings, on its own machine'
            cand --server 'Check the way from this line PC to a signing server'
            cand --job 'Check the way from this line PC to whoever signs for a job: its signing servers, or its HSMs'
            cand --product 'The product that the signing server must have'
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
