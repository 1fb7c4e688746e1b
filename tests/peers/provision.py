"""`curbside compat sid_provision` against the public `sid_provision` 0.2.3: same command line, same
input files, and every file that comes out must be the same to the byte."""

import random
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import chains
import harness
import provision_inputs
from sid_provision_peer import Outcome, Peer

# 600 devices for each of the four platforms.
CASES = 2400
PLATFORMS = ("nordic", "ti", "silabs", "st")
KINDS = ("aws_certificate", "aws_profile", "acs", "bb")
# Leaves room for the largest page below the end of a 32-bit address space.
ADDRESS_MAX = 0xFFFF0000
TOOLS = Path(__file__).parent
# Notes of the stand-in for Simplicity Commander; compared like any other file.
CALLS = "commander.calls"


@dataclass(frozen=True)
class Scene:
    """One command line and the files that stand in the directory before it runs."""

    platform: str
    version: str
    arguments: List[str]
    directory: Path
    dumps: bool



def compare(context: harness.Context, case: int) -> Optional[str]:
    peer = _peer(context)
    chance = context.random(case)
    directory = Path(tempfile.mkdtemp(prefix=f"provision-{case}-", dir=context.scratch))
    try:
        scene = _scene(case, chance, peer, directory / "before")
        complaint = _compare(context, peer, scene, directory)
        return f"{' '.join(scene.arguments)}: {complaint}" if complaint else None
    finally:
        shutil.rmtree(directory)


_peers: Dict[Path, Peer] = {}


def _peer(context: harness.Context) -> Peer:
    """One peer for each process of the pool."""
    if context.scratch not in _peers:
        directory = tempfile.mkdtemp(prefix="config-", dir=context.scratch)
        _peers[context.scratch] = Peer(Path(directory))
    return _peers[context.scratch]


def _scene(case: int, chance: random.Random, peer: Peer, directory: Path) -> Scene:
    directory.mkdir()
    platform = PLATFORMS[case % len(PLATFORMS)]
    kind = chance.choices(KINDS, weights=(40, 25, 20, 15))[0]
    version = "v8" if platform == "silabs" else chance.choice(["v8", "v8", "v7"])
    # Fixed offsets have no room for extended serials, and the black box is older than they are.
    short = version == "v7" or kind == "bb"
    serial = chains.short_serial if short else _serials(chance)
    device = chains.device(chance, serial, signed=chance.random() < 0.7)

    group = "aws" if kind.startswith("aws") else kind
    options = provision_inputs.arguments(kind, device, chance, directory)
    # The peer cannot print a black-box page: it asks for chains that such a page has not.
    dumps = kind != "bb" and chance.random() < 0.2
    if dumps:
        options.append("--dump_raw_values")
    options += _config(platform, version, chance, peer)
    options += _place(platform, chance, peer)
    options += _outputs(platform, chance)
    arguments = [platform, group, *options]
    scene = Scene(platform, version, arguments, directory, dumps)
    if platform != "silabs" and kind != "bb" and chance.random() < 0.2:
        _leave_older_page(scene, chance, peer, serial)
    return scene


def _serials(chance: random.Random):
    return chance.choice([chains.short_serial, chains.extended_serial, chains.mixed_serial])


def _config(platform: str, version: str, chance: random.Random, peer: Peer) -> List[str]:
    if platform == "silabs" or (version == "v8" and chance.random() < 0.8):
        return []
    return ["--config", str(peer.configs[platform][version])]


def _place(platform: str, chance: random.Random, peer: Peer) -> List[str]:
    """A chip and an address, each of them or neither."""
    options = []
    if chance.random() < 0.6:
        options += ["--chip", chance.choice(peer.chips(platform))]
    if chance.random() < 0.4:
        address = chance.choice([chance.randrange(1, ADDRESS_MAX), chance.randrange(1, 2**20)])
        options += ["--addr", chance.choice([hex(address), f"0x{address:08X}", str(address)])]
    return options


def _outputs(platform: str, chance: random.Random) -> List[str]:
    kinds = ["nvm3", "s37"] if platform == "silabs" else ["bin", "hex"]
    options = [
        option
        for kind in kinds
        if chance.random() < 0.3
        for option in (f"--output_{kind}", f"page of a device.{kind}")
    ]
    if platform == "silabs":
        if chance.random() < 0.2:
            options += ["--commander-bin", str(TOOLS / "commander")]
        if chance.random() < 0.3:
            options.append("--secure-vault")
    return options


def _leave_older_page(scene: Scene, chance: random.Random, peer: Peer, serial) -> None:
    """The page of another device at the output path, which the tool then merges into."""
    inputs = scene.directory / "older"
    inputs.mkdir()
    device = chains.device(chance, serial, signed=False)
    options = provision_inputs.arguments("aws_certificate", device, chance, inputs)
    kept = ("--chip", "--config", "--output_bin")
    for option, value in zip(scene.arguments, scene.arguments[1:]):
        if option in kept:
            options += [option, value]
    outcome = peer.run([scene.platform, "aws", *options], inputs)
    assert outcome.exit_code == 0, outcome
    page = next(inputs.glob("*.bin"))
    name = page.name
    if "--output_bin" not in options:
        name = name.replace("_aws_", f"_{scene.arguments[1]}_")
    shutil.copy(page, scene.directory / name)
    shutil.rmtree(inputs)


def _compare(
    context: harness.Context, peer: Peer, scene: Scene, directory: Path
) -> Optional[str]:
    before = _files(scene.directory)
    theirs, ours = directory / "theirs", directory / "ours"
    shutil.copytree(scene.directory, theirs)
    shutil.copytree(scene.directory, ours)

    outcome = peer.run(scene.arguments, theirs, path=str(TOOLS))
    process = context.run("compat", "sid_provision", *scene.arguments, cwd=ours, path=str(TOOLS))
    if outcome.exit_code != 0:
        return _both_refuse(outcome, process, before, ours)
    if process.returncode != 0:
        return f"the peer does it, we do not: {harness.said(process)}"
    if scene.dumps:
        theirs_dump = _masked(_dump(outcome.stdout.encode()))
        complaint = harness.difference(_dump(process.stdout), theirs_dump)
        if complaint:
            return f"the raw values {complaint}"
    return _compare_files(_files(ours), _files(theirs), before)


def _both_refuse(outcome: Outcome, process, before: Dict[str, bytes], ours: Path) -> Optional[str]:
    if process.returncode == 0:
        return f"the peer refuses, we do not: {outcome.stderr.strip()[-200:]!r}"
    if _files(ours) != before:
        return f"refused, yet files changed: {sorted(set(_files(ours)) - set(before))}"
    return None


def _compare_files(
    ours: Dict[str, bytes], theirs: Dict[str, bytes], before: Dict[str, bytes]
) -> Optional[str]:
    if ours.keys() != theirs.keys():
        return f"we write {sorted(ours)}, the peer {sorted(theirs)}"
    for name, content in theirs.items():
        end = len(ours[name])
        # Merging a page that got shorter, the peer leaves the end of the old file standing: parts
        # of another device's records behind the last one. We end the file with the page.
        if end < len(content) and content[end:] == before.get(name, b"")[end:]:
            content = content[:end]
        complaint = harness.difference(ours[name], content)
        if complaint:
            return f"{name} {complaint}"
    return None


def _files(directory: Path) -> Dict[str, bytes]:
    """Every file by name."""
    files = {}
    for path in directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.name == CALLS:
                content = _calls(content, directory)
            files[str(path.relative_to(directory))] = content
    return files


def _calls(notes: bytes, directory: Path) -> bytes:
    """The calls of Simplicity Commander without the places of its outputs: it writes to temporary
    files of ours, which take their names when they are whole."""
    notes = notes.replace(str(directory).encode(), b"DIR")
    notes = re.sub(rb"--outfile .*", b"--outfile OUT", notes)
    return re.sub(rb"set \S*(initfile_)", rb"set \1", notes)


def _dump(stdout: bytes) -> bytes:
    """The lines that `--dump_raw_values` prints, without the chatter before and after."""
    lines = stdout.decode("utf-8", "replace").splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith("SidCertMfg")), 0)
    last = next((at for at, line in enumerate(lines) if line.startswith("Using chip")), len(lines))
    return "\n".join(lines[first:last]).encode()


def _masked(dump: bytes) -> bytes:
    """The peer prints private keys; we say only that there is one."""
    private = rb"((?:device_prk|DEVICE_PRIV_\w+\[\d+:\d+\]) ?: )b'\w+'"
    return re.sub(private, rb"\1<private, 32 bytes>", dump)


if __name__ == "__main__":
    harness.main("provision", compare, CASES)
