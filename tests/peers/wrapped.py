"""Objects under a wrap key, taken apart and put together without any code of ours.

The format is that of hardware (and of the vendor's offline tool): AES-CCM over a record whose body
depends on the kind of key. What the software HSM exports must be that to the byte, and a record made
here from a fresh key must import and work as that key. The vendor's library drives the device;
OpenSSL, through `cryptography`, makes keys, seals records and checks results.
"""

import functools
import hashlib
import hmac
import struct
import tempfile
from pathlib import Path
from typing import Optional

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from yubihsm import YubiHsm
from yubihsm.defs import ALGORITHM, CAPABILITY, OBJECT
from yubihsm.objects import AsymmetricKey, HmacKey, WrapKey

import harness
import hsm_server

# Algorithm, capabilities, id, length, domains, type, algorithm, sequence, origin, label.
HEAD = struct.Struct("!BQHHHBBBB40s")
NONCE_LEN, MAC_LEN = 13, 16
ORIGIN_IMPORTED = 2
EVERYWHERE = 0xFFFF
PASSWORD_ROUNDS = 10_000
SEED_OF_FORMAT_1 = True


class Scene:
    """A fresh device with one wrap key, whose bytes are known here."""

    def __init__(self, url, chance):
        self.hsm = YubiHsm.connect(url)
        self.session = self.hsm.create_session_derived(1, "password")
        self.chance = chance
        key = chance.randbytes(32)
        self.aead = AESCCM(key, MAC_LEN)
        self.algorithm = ALGORITHM.AES256_CCM_WRAP
        everything = (CAPABILITY.ALL, self.algorithm, CAPABILITY.ALL)
        self.wrap_key = WrapKey.put(self.session, 0x20, "wrap", EVERYWHERE, *everything, key)

    def exported(self, thing, seed=False) -> tuple:
        """The fields of the record of an object, and its body."""
        wrapped = self.wrap_key.export_wrapped(thing, seed)
        record = self.aead.decrypt(wrapped[:NONCE_LEN], wrapped[NONCE_LEN:], None)
        return HEAD.unpack(record[: HEAD.size]), record[HEAD.size :]

    def imported(self, kind: OBJECT, algorithm: ALGORITHM, body: bytes):
        """An object made from a record of our own."""
        number = self.chance.randrange(0x100, 0xFFFE)
        head = HEAD.pack(
            self.algorithm, CAPABILITY.ALL, number, len(body), EVERYWHERE, kind, algorithm, 0,
            ORIGIN_IMPORTED, b"offline".ljust(40, b"\0"),
        )
        nonce = self.chance.randbytes(NONCE_LEN)
        return self.wrap_key.import_wrapped(nonce + self.aead.encrypt(nonce, head + body, None))

    def put(self, key) -> AsymmetricKey:
        return AsymmetricKey.put(self.session, 0, "key", EVERYWHERE, CAPABILITY.ALL, key)


def elliptic(algorithm: ALGORITHM, length: int, scene: Scene) -> Optional[str]:
    key = ec.generate_private_key(ALGORITHM.to_curve(algorithm))
    numbers = key.private_numbers()
    point = numbers.public_numbers
    body = b"".join(n.to_bytes(length, "big") for n in (numbers.private_value, point.x, point.y))
    ours = scene.put(key)
    head, found = scene.exported(ours)
    expected = (ours.id, len(body), EVERYWHERE, OBJECT.ASYMMETRIC_KEY, algorithm)
    if head[2:7] != expected:
        return f"record says {head[2:7]}, not {expected}"
    twin = scene.imported(OBJECT.ASYMMETRIC_KEY, algorithm, body)
    key.public_key().verify(twin.sign_ecdsa(b"data"), b"data", ec.ECDSA(hashes.SHA256()))
    return harness.difference(found, body)


def rsa_key(bits: int, algorithm: ALGORITHM, scene: Scene) -> Optional[str]:
    key = rsa.generate_private_key(65537, bits)
    numbers = key.private_numbers()
    parts = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    body = b"".join(part.to_bytes(bits // 16, "big") for part in parts)
    body += numbers.public_numbers.n.to_bytes(bits // 8, "big")
    _, found = scene.exported(scene.put(key))
    twin = scene.imported(OBJECT.ASYMMETRIC_KEY, algorithm, body)
    signature = twin.sign_pkcs1v1_5(b"data")
    key.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())
    return harness.difference(found, body)


def edwards(has_seed: bool, scene: Scene) -> Optional[str]:
    seed = scene.chance.randbytes(32)
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    expanded = bytearray(hashlib.sha512(seed).digest())
    expanded[0] &= 0xF8
    expanded[31] = expanded[31] & 0x7F | 0x40
    body = bytes(expanded[31::-1]) + bytes(expanded[32:]) + public + (seed if has_seed else b"")
    _, found = scene.exported(scene.put(key), seed=has_seed)
    twin = scene.imported(OBJECT.ASYMMETRIC_KEY, ALGORITHM.EC_ED25519, body)
    return harness.difference(twin.sign_eddsa(b"data"), key.sign(b"data")) or harness.difference(
        found, body
    )


def mac_key(algorithm: ALGORITHM, block: int, digest: str, scene: Scene) -> Optional[str]:
    key = scene.chance.randbytes(20)
    padded = key.ljust(block, b"\0")
    body = bytes(byte ^ 0x36 for byte in padded) + bytes(byte ^ 0x5C for byte in padded)
    put = HmacKey.put(scene.session, 0, "key", EVERYWHERE, CAPABILITY.ALL, key, algorithm)
    _, found = scene.exported(put)
    twin = scene.imported(OBJECT.HMAC_KEY, algorithm, body)
    theirs = hmac.new(key, b"data", digest).digest()
    return harness.difference(twin.sign_hmac(b"data"), theirs) or harness.difference(found, body)


def authentication_key(scene: Scene) -> Optional[str]:
    keys = hashlib.pbkdf2_hmac("sha256", b"offline", b"Yubico", PASSWORD_ROUNDS, 32)
    body = int(CAPABILITY.SIGN_EDDSA).to_bytes(8, "big") + keys
    algorithm = ALGORITHM.AES128_YUBICO_AUTHENTICATION
    twin = scene.imported(OBJECT.AUTHENTICATION_KEY, algorithm, body)
    scene.hsm.create_session_derived(twin.id, "offline").close()
    return harness.difference(scene.exported(twin)[1], body)


def raw(kind: OBJECT, algorithm: ALGORITHM, length: int, scene: Scene) -> Optional[str]:
    return as_is(kind, algorithm, scene.chance.randbytes(length), scene)


def wrap_key(scene: Scene) -> Optional[str]:
    body = int(CAPABILITY.SIGN_ECDSA).to_bytes(8, "big") + scene.chance.randbytes(16)
    return as_is(OBJECT.WRAP_KEY, ALGORITHM.AES128_CCM_WRAP, body, scene)


def as_is(kind: OBJECT, algorithm: ALGORITHM, body: bytes, scene: Scene) -> Optional[str]:
    return harness.difference(scene.exported(scene.imported(kind, algorithm, body))[1], body)


KINDS = [
    functools.partial(elliptic, ALGORITHM.EC_P224, 28),
    functools.partial(elliptic, ALGORITHM.EC_P256, 32),
    functools.partial(elliptic, ALGORITHM.EC_P384, 48),
    functools.partial(elliptic, ALGORITHM.EC_P521, 66),
    functools.partial(elliptic, ALGORITHM.EC_K256, 32),
    functools.partial(elliptic, ALGORITHM.EC_BP256, 32),
    functools.partial(elliptic, ALGORITHM.EC_BP384, 48),
    functools.partial(elliptic, ALGORITHM.EC_BP512, 64),
    functools.partial(rsa_key, 2048, ALGORITHM.RSA_2048),
    functools.partial(rsa_key, 3072, ALGORITHM.RSA_3072),
    functools.partial(rsa_key, 4096, ALGORITHM.RSA_4096),
    functools.partial(edwards, not SEED_OF_FORMAT_1),
    functools.partial(edwards, SEED_OF_FORMAT_1),
    functools.partial(mac_key, ALGORITHM.HMAC_SHA1, 64, "sha1"),
    functools.partial(mac_key, ALGORITHM.HMAC_SHA256, 64, "sha256"),
    functools.partial(mac_key, ALGORITHM.HMAC_SHA384, 128, "sha384"),
    functools.partial(mac_key, ALGORITHM.HMAC_SHA512, 128, "sha512"),
    authentication_key,
    functools.partial(raw, OBJECT.SYMMETRIC_KEY, ALGORITHM.AES128, 16),
    functools.partial(raw, OBJECT.SYMMETRIC_KEY, ALGORITHM.AES256, 32),
    functools.partial(raw, OBJECT.OPAQUE, ALGORITHM.OPAQUE_DATA, 100),
    wrap_key,
    functools.partial(raw, OBJECT.OTP_AEAD_KEY, ALGORITHM.AES128_YUBICO_OTP, 4 + 16),
]


def compare(context: harness.Context, case: int) -> Optional[str]:
    with tempfile.TemporaryDirectory(dir=context.scratch) as directory:
        with hsm_server.serving(context.curbside, Path(directory) / "store") as url:
            return KINDS[case % len(KINDS)](Scene(url, context.random(case)))


if __name__ == "__main__":
    harness.main("wrapped", compare, 2 * len(KINDS))
