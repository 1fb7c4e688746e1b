"""Random devices with certificate chains, made from a seed.

The chain is the one of the Sidewalk protocol specification 4.1.2: device, DAK, PRODUCT, MAN, SW,
AMZN, each `serial | public key | signature`, the signature by the next one over
`public key | serial`, the last one by itself.
"""

import base64
import random
from dataclasses import dataclass
from typing import Callable, List

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SIGNATURE_LEN = 64
SMSN_LEN = 32
AUTHORITIES = 5
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
APID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Ed25519:
    """One key pair."""

    name = "ed25519"
    public_len = 32

    def __init__(self, chance: random.Random) -> None:
        self.private = chance.randbytes(32)
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(self.private)
        self.public = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class P256:
    """One key pair; signatures are not deterministic, so a repeated case differs in them alone."""

    name = "p256r1"
    public_len = 64

    def __init__(self, chance: random.Random) -> None:
        scalar = chance.randrange(1, P256_ORDER)
        self.private = scalar.to_bytes(32, "big")
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())
        point = self._key.public_key().public_numbers()
        self.public = point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True)
class Certificate:
    serial: bytes
    public: bytes
    signature: bytes

    def raw(self) -> bytes:
        return self.serial + self.public + self.signature


@dataclass(frozen=True)
class Chain:
    """Device first, root last, and the device's private key."""

    certificates: List[Certificate]
    private: bytes

    def raw(self) -> bytes:
        return b"".join(certificate.raw() for certificate in self.certificates)

    def base64(self) -> str:
        return base64.b64encode(self.raw()).decode()

    def root(self) -> Certificate:
        return self.certificates[-1]


@dataclass(frozen=True)
class Device:
    smsn: bytes
    apid: str
    app_key: bytes
    ed25519: Chain
    p256r1: Chain


def device(chance: random.Random, serial: Callable[[random.Random], bytes], signed: bool) -> Device:
    """A device of both curves; unsigned ones are random bytes in the right places."""
    smsn = chance.randbytes(SMSN_LEN)
    make = chain if signed else filler
    return Device(
        smsn=smsn,
        apid=apid(chance),
        app_key=chance.randbytes(32),
        ed25519=make(chance, Ed25519, smsn, serial),
        p256r1=make(chance, P256, smsn, serial),
    )


def apid(chance: random.Random) -> str:
    return "".join(chance.choices(APID_ALPHABET, k=4))


def chain(chance: random.Random, curve, smsn: bytes, serial) -> Chain:
    """Six certificates, each signed by the next, the root by itself."""
    keys = [curve(chance) for _ in range(1 + AUTHORITIES)]
    names = [smsn] + [serial(chance) for _ in range(AUTHORITIES)]
    issuers = keys[1:] + keys[-1:]
    certificates = [
        Certificate(name, key.public, issuer.sign(key.public + name))
        for name, key, issuer in zip(names, keys, issuers)
    ]
    return Chain(certificates, keys[0].private)


def filler(chance: random.Random, curve, smsn: bytes, serial) -> Chain:
    """Right lengths, random contents: nothing in it verifies."""
    names = [smsn] + [serial(chance) for _ in range(AUTHORITIES)]
    certificates = [
        Certificate(name, chance.randbytes(curve.public_len), chance.randbytes(SIGNATURE_LEN))
        for name in names
    ]
    return Chain(certificates, chance.randbytes(32))


def short_serial(chance: random.Random) -> bytes:
    """Four bytes; the top nibble of the little-endian number must not be the extended mark."""
    top = chance.choice([nibble for nibble in range(16) if nibble != 0xB])
    return chance.randbytes(3) + bytes([top << 4 | chance.randrange(16)])


def extended_serial(chance: random.Random) -> bytes:
    """5 to 129 bytes: a little-endian header in bytes 2 and 3 carries the length less two."""
    following = chance.choice([chance.randint(3, 8), chance.randint(3, 127), 127])
    header = 0xB000 | chance.randrange(32) << 7 | following
    return chance.randbytes(2) + header.to_bytes(2, "little") + chance.randbytes(following - 2)


def mixed_serial(chance: random.Random) -> bytes:
    return chance.choice([short_serial, extended_serial])(chance)
