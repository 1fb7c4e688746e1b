"""`curbside compat consolidate_cl` against the work that the public `consolidate_cl.py` does.

That script belongs to no package, so it cannot be installed and is not copied here. What it does
is public and short: the entries of all files, in the order of the arguments, through Python's own
`json` module with an indent of two and no newline at the end, into one new control log in the
current directory. Python's `json` does that part here.
"""

import json
import random
import re
import shutil
import tempfile
from pathlib import Path
from typing import List, Optional

import chains
import harness

CASES = 300
FILES_MAX = 8
ENTRIES_MAX = 6
VERSION = "4-0-1"
NAME = re.compile(r"C_CONTROL_LOG_\d{14}\.txt")
# What a foreign tool may have written into a field that nobody defined: every escape, planes
# above the first, half a surrogate pair, numbers that JSON allows and Python prints its own way.
TEXTS = (
    "",
    "plain",
    "Ünïcode",
    "日本語",
    "\U0001f321\U0010ffff",
    '"\\/\b\f\n\r\t',
    "\x00\x1f\x7f",
    "\ud800",
)
INTEGERS = ("0", "-0", "123456789012345678901234567890")
FRACTIONS = ("-0.0", "1E5", "1e-7", "0.1", "1e16", "1e22", "5e-324")
NUMBERS = INTEGERS + FRACTIONS
# A control log entry is shallow; a few levels show whether nesting is carried through.
DEPTH_MAX = 4


class Raw(float):
    """A number that is written as the text it came from."""

    def __new__(cls, text: str):
        value = super().__new__(cls, float(text))
        value.text = text
        return value


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    directory = Path(tempfile.mkdtemp(prefix=f"consolidate-{case}-", dir=context.scratch))
    try:
        paths = _write_logs(chance, directory)
        process = context.run("compat", "consolidate_cl", *paths, cwd=directory)
        if process.returncode != 0:
            return harness.said(process)
        written = [path for path in directory.iterdir() if NAME.fullmatch(path.name)]
        if len(written) != 1:
            return f"{len(written)} control logs written"
        lines = [f"Processing {path}\n" for path in paths] + [f"{written[0].name}\n"]
        return harness.difference(process.stdout, "".join(lines).encode()) or (
            harness.difference(written[0].read_bytes(), _consolidated(directory, paths))
        )
    finally:
        shutil.rmtree(directory)


def _consolidated(directory: Path, paths: List[str]) -> bytes:
    entries: list = []
    for path in paths:
        entries += json.loads((directory / path).read_text(encoding="utf-8"))["controlLogs"]
    return json.dumps({"controlLogs": entries}, indent=2).encode()


def _write_logs(chance: random.Random, directory: Path) -> List[str]:
    paths = []
    for number in range(chance.randint(1, FILES_MAX)):
        entries = [_entry(chance) for _ in range(chance.randint(1, ENTRIES_MAX))]
        name = f"line {number}.txt"
        text = _text({"controlLogs": entries}, chance)
        (directory / name).write_text(text, encoding="utf-8")
        paths.append(name)
    chance.shuffle(paths)
    return paths


def _entry(chance: random.Random) -> dict:
    device = chains.device(chance, chains.mixed_serial, signed=False)
    sidewalk = {
        "sidewalkED25519CertificateChain": device.ed25519.base64(),
        "sidewalkP256R1CertificateChain": device.p256r1.base64(),
        "label": chance.choice(["production", "preproduction", "test"]),
    }
    product = {"advertisedProductId": device.apid}
    identity = {
        "serialNumber": device.smsn.hex(),
        "productIdentifier": _with_unknown(product, chance),
        "sidewalkData": _with_unknown(sidewalk, chance),
    }
    return _with_unknown({"version": VERSION, "device": _with_unknown(identity, chance)}, chance)


def _with_unknown(known: dict, chance: random.Random) -> dict:
    """The known members in any order, sometimes with members that no specification names."""
    members = list(known.items())
    if chance.random() < 0.3:
        members.append((f"x-{chance.choice(TEXTS)}{chance.random()}", _value(chance, DEPTH_MAX)))
    if chance.random() < 0.3:
        chance.shuffle(members)
    return dict(members)


def _value(chance: random.Random, depth: int):
    kinds = ["text", "number", "float", "word"] + (["list", "object"] if depth else [])
    kind = chance.choice(kinds)
    if kind == "text":
        return "".join(chance.choices(TEXTS, k=chance.randint(0, 3)))
    if kind == "number":
        return Raw(chance.choice(NUMBERS))
    if kind == "float":
        return Raw(f"{chance.uniform(-1, 1):.{chance.randint(1, 17)}e}")
    if kind == "word":
        return chance.choice([True, False, None])
    values = [_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind == "list":
        return values
    return {f"{at}{chance.choice(TEXTS)}": value for at, value in enumerate(values)}


def _text(value, chance: random.Random) -> str:
    """JSON as anyone might write it: spaces anywhere, any escape that is allowed."""

    def space() -> str:
        return chance.choice(["", "", "", " ", "\n  ", "\t", "\r\n"])

    def listed(items: List[str]) -> str:
        return ",".join(f"{space()}{item}{space()}" for item in items) or space()

    if isinstance(value, dict):
        members = [
            f"{_string(key, chance)}{space()}:{space()}{_text(member, chance)}"
            for key, member in value.items()
        ]
        return "{" + listed(members) + "}"
    if isinstance(value, list):
        return "[" + listed([_text(item, chance) for item in value]) + "]"
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, str):
        return _string(value, chance)
    return json.dumps(value)


def _string(text: str, chance: random.Random) -> str:
    if chance.random() < 0.8 and not any("\ud800" <= letter <= "\udfff" for letter in text):
        return json.dumps(text, ensure_ascii=chance.random() < 0.5)
    escaped = json.dumps(text)[1:-1].replace("/", "\\/")
    letters = [f"\\u{ord(letter):04X}" if letter == "a" else letter for letter in escaped]
    # An `a` inside an escape of its own would be changed too.
    return f'"{escaped if chr(92) in escaped else "".join(letters)}"'


if __name__ == "__main__":
    harness.main("consolidate", compare, CASES)
