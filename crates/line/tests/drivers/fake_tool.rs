//! Programmers that work on a file. One Python program plays each of them by its name.
//!
//! It takes the documented command lines, erases as the real programmer would by default, and programs by clearing bits
//! only. What lies in its directory decides what it does: `flash.bin` from [`BASE`] on, `chip` with the chip's id while
//! a board is there, `mood` with `slow`, `garbage` or `deaf`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The address of the first byte of `flash.bin`.
pub(crate) const BASE: u32 = 0x000F_0000;

/// Its size.
pub(crate) const FLASH_LEN: usize = 0x1_0000;

const PROGRAM: &str = r#"
import os, re, sys, time

BASE, SECTOR = 0xF0000, 4096
here = os.path.dirname(os.path.abspath(__file__))
tool, args = sys.argv[1], sys.argv[2:]

def path(name):
    return os.path.join(here, name)

def mood():
    return open(path("mood")).read() if os.path.exists(path("mood")) else ""

def fail(text, code=1):
    print(text)
    sys.exit(code)

if mood() == "slow":
    time.sleep(600)
if mood() == "garbage":
    print("\x00\xff}{ 0x 12 garbage")
    sys.exit(0)

def chip():
    if not os.path.exists(path("chip")):
        fail({"nrfutil": "Error: No devices found with serial number",
              "nrfjprog": "ERROR: Could not connect to the target. No debugger",
              "jlink": "Cannot connect to target.",
              "openocd": "Error: Could not find MEM-AP to control the core"}[tool], 1)
    return open(path("chip")).read()

def load():
    return bytearray(open(path("flash.bin"), "rb").read())

def save(flash):
    open(path("flash.bin"), "wb").write(flash)

def parse_hex(name):
    runs, base = [], 0
    for line in open(name):
        data = bytes.fromhex(line.strip()[1:])
        assert sum(data) & 0xFF == 0
        count, offset, kind = data[0], data[1] << 8 | data[2], data[3]
        if kind == 4:
            base = (data[4] << 8 | data[5]) << 16
        elif kind == 0:
            runs.append((base + offset, data[4:4 + count]))
    return runs

def write_hex(name, address, data):
    with open(name, "w") as out:
        def record(kind, offset, payload):
            body = bytes([len(payload), offset >> 8, offset & 0xFF, kind]) + payload
            out.write(":%s%02X\n" % (body.hex().upper(), -sum(body) & 0xFF))
        record(4, 0, (address >> 16).to_bytes(2, "big"))
        for at in range(0, len(data), 16):
            record(0, (address + at) & 0xFFFF, data[at:at + 16])
        record(1, 0, b"")

def program(runs, erase):
    flash = load()
    if erase == "all":
        flash[:] = b"\xff" * len(flash)
    else:
        for sector in {(at - BASE + i) // SECTOR for at, data in runs for i in range(len(data))}:
            flash[sector * SECTOR:(sector + 1) * SECTOR] = b"\xff" * SECTOR
    for at, data in runs:
        for i, byte in enumerate(data):
            flash[at - BASE + i] &= byte
    if mood() == "deaf":
        return
    save(flash)

def read(address, length):
    if address == 0x10000060:
        return bytes.fromhex(chip())[::-1][:length]
    flash = load()
    return bytes(flash[address - BASE:address - BASE + length])

def words(address, length, form):
    data = read(address, length)
    for at in range(0, length, 16):
        row = [data[i:i + 4][::-1].hex().upper() for i in range(at, min(at + 16, length), 4)]
        print(form % (address + at, " ".join(row)))

def option(name):
    return args[args.index(name) + 1]

if tool == "nrfutil":
    chip()
    assert args[0] == "device" and option("--serial-number") == "683001", args
    if args[1] == "read":
        address, length = int(option("--address"), 0), int(option("--bytes"))
        if "--to-file" in args:
            write_hex(option("--to-file"), address, read(address, length))
        else:
            words(address, length, "0x%08X: %s   |....|")
    elif args[1] == "program":
        options = dict(part.split("=") for part in option("--options").split(","))
        erase = options.get("chip_erase_mode", "ERASE_ALL")
        program(parse_hex(option("--firmware")), "all" if erase == "ERASE_ALL" else "touched")
elif tool == "nrfjprog":
    chip()
    assert option("--snr") == "683001"
    if "--memrd" in args:
        words(int(option("--memrd"), 0), int(option("--n")), "0x%08X: %s   |....|")
    elif "--program" in args:
        assert "--sectorerase" in args
        program(parse_hex(option("--program")), "touched")
elif tool == "jlink":
    assert option("-SelectEmuBySN") == "683001"
    chip()
    for line in open(option("-CommandFile")):
        if found := re.match(r"mem32 (\S+), (\d+)", line):
            words(int(found[1], 0), 4 * int(found[2]), "%08X = %s")
        elif found := re.match(r'savebin "(.*)" (\S+) (\S+)', line):
            open(found[1], "wb").write(read(int(found[2], 0), int(found[3], 0)))
        elif found := re.match(r'loadfile "(.*)"', line):
            program(parse_hex(found[1]), "touched")
            print("O.K.")
elif tool == "openocd":
    commands = [args[i + 1] for i, word in enumerate(args) if word == "-c"]
    assert commands[0] == "adapter serial 683001"
    chip()
    for line in commands:
        if found := re.match(r"mdw (\S+) (\d+)", line):
            words(int(found[1], 0), 4 * int(found[2]), "0x%08x: %s")
        elif found := re.match(r"dump_image \{(.*)\} (\S+) (\S+)", line):
            open(found[1], "wb").write(read(int(found[2], 0), int(found[3], 0)))
        elif found := re.match(r"program \{(.*)\} verify", line):
            program(parse_hex(found[1]), "touched")
            print("** Verified OK **")
"#;

/// A directory with the program and a flash.
pub(crate) struct FakeTool {
    directory: PathBuf,
}

impl FakeTool {
    /// Flash with a blank page region and an application everywhere else.
    pub(crate) fn new(directory: &Path, region: std::ops::Range<u32>) -> Self {
        let tool = Self { directory: directory.to_owned() };
        fs::write(tool.path("tool.py"), PROGRAM).unwrap();
        let mut flash = vec![0xA5; FLASH_LEN];
        flash[(region.start - BASE) as usize..(region.end - BASE) as usize].fill(0xFF);
        fs::write(tool.path("flash.bin"), flash).unwrap();
        tool
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A template's text with this program in place of the real one.
    pub(crate) fn playing(&self, tool: &str, real: &str, template: &str) -> String {
        let program = self.path("tool.py").display().to_string();
        assert!(template.contains(&format!("\"{real}\",")), "{template}");
        // Without Python's site packages, which take longer to load than everything else.
        let played = format!("\"python3\", \"-S\", \"{program}\", \"{tool}\",");
        template.replace(&format!("\"{real}\","), &played)
    }

    pub(crate) fn put_in(&self, chip: &str) {
        fs::write(self.path("chip"), chip).unwrap();
    }

    pub(crate) fn pull_out(&self) {
        let _gone = fs::remove_file(self.path("chip"));
    }

    pub(crate) fn set_mood(&self, mood: &str) {
        fs::write(self.path("mood"), mood).unwrap();
    }

    pub(crate) fn flash(&self) -> Vec<u8> {
        fs::read(self.path("flash.bin")).unwrap()
    }
}
