"""Private keys against the `openssl` program: what it writes we read, to the same bytes as the
public `extract_priv.py` (whose work is one call of `sid_signing_tool.crypto`), and what we write
it would have written itself; encrypted keys are refused."""

import random
import tempfile
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

from sid_signing_tool import crypto
from sid_signing_tool.types import CURVE

import harness

CASES = 200
CURVES = {"ed25519": CURVE.ED25519, "p256r1": CURVE.P256R1}


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    task = TASKS[case % len(TASKS)]
    with tempfile.TemporaryDirectory(dir=context.scratch) as directory:
        complaint = task(context, chance, Path(directory))
    return f"{task.__name__[1:]}: {complaint}" if complaint else None


# What `openssl` can write for one key; the first of each curve is the form of the public flow.
FORMS: List[Tuple[str, List[str], List[str]]] = [
    ("ed25519", ["genpkey", "-algorithm", "ed25519"], []),
    ("p256r1", ["ecparam", "-name", "prime256v1", "-genkey"], []),
    ("p256r1", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"], []),
    ("p256r1", ["ecparam", "-name", "prime256v1", "-genkey"], ["pkcs8", "-topk8", "-nocrypt"]),
    ("p256r1", ["ecparam", "-name", "prime256v1", "-genkey"], ["ec", "-conv_form", "compressed"]),
    ("p256r1", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], []),
]


def _reads(context: harness.Context, chance: random.Random, directory: Path) -> Optional[str]:
    """Every form that openssl writes gives the private key that the peer reads from it."""
    curve, make, convert = chance.choice(FORMS)
    pem = _openssl(*make)
    if convert:
        pem = _openssl(*convert, stdin=pem)
    path = directory / "key.pem"
    path.write_bytes(pem)
    private, _public = crypto.load_private_key_from_pem(pem, CURVES[curve])
    process = context.run("compat", "extract_priv", path)
    if process.returncode != 0:
        return f"{' '.join(make + convert)}: {harness.said(process)}"
    return harness.difference(process.stdout, private.hex().encode() + b"\n")


def _writes(context: harness.Context, chance: random.Random, directory: Path) -> Optional[str]:
    """Our files are what openssl makes of the same key, block for block, in both forms."""
    form = chance.choice(["", "pkcs8"])
    for curve, pem in _generated(context, directory, form).items():
        if curve == "ed25519" or form == "pkcs8":
            theirs = _openssl("pkey", stdin=pem)
        else:
            theirs = _openssl("ecparam", "-name", "prime256v1") + _openssl("ec", stdin=pem)
        complaint = harness.difference(pem, theirs)
        if complaint:
            return f"{curve} {form} {complaint}"
        crypto.load_private_key_from_pem(pem, CURVES[curve])
    return None


def _refuses(context: harness.Context, chance: random.Random, directory: Path) -> Optional[str]:
    """An encrypted key is refused, in both forms, without a word on stdout."""
    curve, make, _convert = chance.choice(FORMS)
    encrypt = [["pkcs8", "-topk8", "-passout", "pass:secret"]]
    if curve == "p256r1":
        encrypt.append(["ec", "-aes256", "-passout", "pass:secret"])
    path = directory / "key.pem"
    path.write_bytes(_openssl(*chance.choice(encrypt), stdin=_openssl(*make)))
    process = context.run("compat", "extract_priv", path)
    if process.returncode == 0 or process.stdout:
        return f"took an encrypted key: {harness.said(process)}"
    if b"encrypted" not in process.stderr:
        return f"does not say why: {harness.said(process)}"
    return None


TASKS: Tuple[Callable[..., Optional[str]], ...] = (_reads, _reads, _writes, _refuses)


def _generated(context: harness.Context, directory: Path, form: str) -> Dict[str, bytes]:
    """Both key pairs of a new device, by curve."""
    paths = {curve: directory / f"{curve}.pem" for curve in CURVES}
    options = [word for curve, path in paths.items() for word in (f"--{curve}", path)]
    process = context.run("key", "generate", *options, *(["--form", form] if form else []))
    assert process.returncode == 0, harness.said(process)
    return {curve: path.read_bytes() for curve, path in paths.items()}


def _openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    process = harness.run(["openssl", *arguments], stdin=stdin)
    assert process.returncode == 0, harness.said(process)
    return process.stdout


if __name__ == "__main__":
    harness.main("keys", compare, CASES)
