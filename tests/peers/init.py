"""Products that `curbside hsm init` makes, used by Amazon's signing tool 1.2.0.

Every stage, one to three DAKs, long and legacy layout, one HSM and two replicas: the tool finds the
product by its tag, signs, and both chains verify with its own verifier and, under the trust file that
`hsm init` wrote, with ours. Replicas sign under the same DAK.
"""

import base64
import contextlib
import json
import string
import sys
import tempfile
from pathlib import Path
from typing import Optional

from sid_signing_tool.cert import SidewalkCertChain
from sid_signing_tool.types import CURVE

import chains
import harness
import hsm_server

CASES = 24
STAGES = ("production", "preproduction", "test")
MEMBERS = ((CURVE.ED25519, "eD25519"), (CURVE.P256R1, "p256R1"))
# What stands above the device in a chain begins behind number, key and signature.
ABOVE_DEVICE = {CURVE.ED25519: 32 + 32 + 64, CURVE.P256R1: 32 + 64 + 64}


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    is_legacy = chance.random() < 0.25
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=context.scratch)))
        urls = [
            stack.enter_context(hsm_server.serving(context.curbside, place / f"store-{number}"))
            for number in range(chance.randint(1, 2))
        ]
        digits = "".join(chance.choices("0123456789", k=8))
        pin = place / "pin"
        pin.write_text(digits)
        pin.chmod(0o600)
        process = context.run(
            *("hsm", "init", "--pin-file", pin, "--out-dir", place, "--json"),
            *("--product", "".join(chance.choices(string.ascii_uppercase, k=6))),
            *("--stage", chance.choice(STAGES)),
            *(["--legacy"] if is_legacy else ["--daks", chance.randint(1, 3)]),
            *(word for url in urls for word in ("--connector", url)),
        )
        if process.returncode != 0:
            return f"hsm init: {harness.said(process)}"
        made = json.loads(process.stdout)
        for product in made["products"]:
            above = set()
            for url in urls:
                signed = sign(place, product["tag"], url, digits, made["pin_slot"], chance)
                if isinstance(signed, str):
                    return f"{product['tag']} of {made}: {signed}"
                complaint = verify(context, Path(place / made["trust_file"]), signed, is_legacy)
                if complaint:
                    return f"{product['tag']} of {made}: {complaint}"
                above.add(tuple(signed[curve][ABOVE_DEVICE[curve] :] for curve, _ in MEMBERS))
            if len(above) != 1:
                return f"{product['tag']}: the replicas sign under different DAKs"
    return None


def sign(place: Path, tag: str, url: str, pin: str, slot: int, chance):
    """Both chains of a random device, from the public tool; or what it said."""
    smsn = chance.randbytes(chains.SMSN_LEN)
    words = ["-p", tag, "-c", url, "--pin", pin, "--pin_slot", slot]
    for option, key in (("--eddsa_csr", chains.Ed25519(chance)), ("--ecdsa_csr", chains.P256(chance))):
        signed = key.public + smsn
        words += [option, base64.b64encode(signed + key.sign(signed)).decode()]
    peer = harness.run([sys.executable, "-m", "sid_signing_tool", *words], cwd=place)
    if peer.returncode != 0:
        return harness.said(peer)
    output = json.loads(peer.stdout)
    return {curve: base64.b64decode(output[member]) for curve, member in MEMBERS}


def verify(context, trust: Path, signed, is_legacy: bool) -> Optional[str]:
    for curve, chain in signed.items():
        if not is_legacy:  # The tool's verifier reads chains of six only.
            SidewalkCertChain.from_raw(chain, curve).validate()
        text = base64.b64encode(chain).decode()
        process = context.run("chain", "verify", "--trust", trust, text)
        if process.returncode != 0:
            return f"chain verify: {harness.said(process)}"
    return None


if __name__ == "__main__":
    harness.main("init", compare, CASES)
