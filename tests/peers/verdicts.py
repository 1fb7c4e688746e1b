"""Verdicts on chains against the public `sid_signing_tool` 1.2.0, whose library is the oracle:
random chains, sound and spoilt, through `curbside compat validate_chain` (same words, same verdict)
and `curbside chain verify` (same verdict where the root is trusted, refusal where it is not)."""

import base64
import logging
import random
import tempfile
from pathlib import Path
from typing import List, Optional

from sid_signing_tool.cert import SidewalkCertChain
from sid_signing_tool.types import CURVE

import chains
import harness

CASES = 500
# The peer logs every signature that does not verify, which most of them here should not.
logging.disable(logging.CRITICAL)
CURVES = {"ed25519": CURVE.ED25519, "p256r1": CURVE.P256R1}


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    curve = chance.choice([chains.Ed25519, chains.P256])
    chain = chains.chain(chance, curve, chance.randbytes(chains.SMSN_LEN), chains.mixed_serial)
    spoil = chance.choice(SPOILS)
    raw = spoil(chain, chance)
    complaint = _compare_words(context, raw) or _compare_verify(context, chain, raw, chance)
    return f"{curve.name}, {spoil.__name__[1:]}: {complaint}" if complaint else None


def _sound(chain: chains.Chain, chance: random.Random) -> bytes:
    return chain.raw()


def _one_bit(chain: chains.Chain, chance: random.Random) -> bytes:
    raw = bytearray(chain.raw())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def _swapped_signatures(chain: chains.Chain, chance: random.Random) -> bytes:
    return _joined(chain, "signature", chance)


def _swapped_keys(chain: chains.Chain, chance: random.Random) -> bytes:
    return _joined(chain, "public", chance)


def _cut(chain: chains.Chain, chance: random.Random) -> bytes:
    raw = chain.raw()
    return raw[: len(raw) - chance.choice([1, 1, 64, chance.randrange(1, len(raw))])]


def _with_more(chain: chains.Chain, chance: random.Random) -> bytes:
    return chain.raw() + chance.randbytes(chance.choice([1, 4, 64]))


SPOILS = (_sound, _sound, _one_bit, _one_bit, _swapped_signatures, _swapped_keys, _cut, _with_more)


def _joined(chain: chains.Chain, part: str, chance: random.Random) -> bytes:
    """Two certificates, the root's self-signature included, give each other one part."""
    first, second = chance.sample(range(len(chain.certificates)), 2)
    parts = [{**vars(certificate)} for certificate in chain.certificates]
    parts[first][part], parts[second][part] = parts[second][part], parts[first][part]
    return b"".join(each["serial"] + each["public"] + each["signature"] for each in parts)


def _peer(raw: bytes) -> Optional[SidewalkCertChain]:
    """The chain as the peer reads it: Ed25519 first, as nothing in a chain tells the curve."""
    for curve in CURVES.values():
        try:
            return SidewalkCertChain.from_raw(raw, curve)
        except ValueError:
            continue
    return None


def _is_valid(chain: SidewalkCertChain) -> bool:
    try:
        chain.validate()
        return True
    # A signature that does not verify, or a P-256 key that is not on the curve.
    except Exception:
        return False


def _compare_words(context: harness.Context, raw: bytes) -> Optional[str]:
    chain = _peer(raw)
    process = context.run("compat", "validate_chain", base64.b64encode(raw).decode())
    complaint = harness.difference(process.stdout, "".join(_words(chain)).encode())
    if complaint:
        return f"validate_chain {complaint}"
    valid = chain is not None and _is_valid(chain)
    if (process.returncode == 0) != valid:
        return f"validate_chain: the peer says {valid}; {harness.said(process)}"
    return None


def _words(chain: Optional[SidewalkCertChain]) -> List[str]:
    """What the public `validate_chain.py` prints."""
    if chain is None:
        return []
    lines = []
    for number, certificate in enumerate(reversed(chain)):
        lines += [
            f"[{number}] {certificate.type.name}:\n",
            f"  Serial   : {certificate.serial.hex()}\n",
            f"  Pubk     : {certificate.pubk.hex()}\n",
            f"  Signature: {certificate.signature.hex()}\n",
        ]
    if _is_valid(chain):
        lines.append(f"Pass: the certificate chain of {chain[0].curve.name} is valid\n")
    return lines


def _compare_verify(
    context: harness.Context, chain: chains.Chain, raw: bytes, chance: random.Random
) -> Optional[str]:
    """`chain verify` also pins the root; the peer takes whatever root the chain brings."""
    trusts_root = chance.random() < 0.8
    curve = _curve(chain)
    root = chain.root()
    if not trusts_root:
        root = chains.chain(chance, curve, root.serial, chains.short_serial).root()
    with tempfile.TemporaryDirectory(dir=context.scratch) as directory:
        trust = Path(directory) / "trust.txt"
        line = f"{curve.name} {root.serial.hex()} {root.public.hex()}"
        trust.write_text(f"curbside-trust 1\n{line}\n")
        file = Path(directory) / "chain.b64"
        file.write_text(base64.b64encode(raw).decode())
        process = context.run("chain", "verify", "--trust", trust, file)
    peer = _peer(raw)
    expected = peer is not None and _is_valid(peer) and trusts_root
    if (process.returncode == 0) != expected:
        return f"chain verify: expected {expected}; {harness.said(process)}"
    return None


def _curve(chain: chains.Chain):
    is_ed25519 = len(chain.root().public) == chains.Ed25519.public_len
    return chains.Ed25519 if is_ed25519 else chains.P256


if __name__ == "__main__":
    harness.main("verdicts", compare, CASES)
