"""A product on an HSM, programmed through the vendor's library in the layout that the public
signing tool expects: an implementation of its own beside `curbside hsm init`."""

import json
import random
from dataclasses import dataclass
from typing import Dict, List

from yubihsm import YubiHsm
from yubihsm.defs import ALGORITHM, CAPABILITY, OBJECT
from yubihsm.objects import AsymmetricKey, AuthenticationKey, Opaque

import chains

DEFAULT_KEY, DEFAULT_PASSWORD = 1, "password"
DOMAINS = 0x0005
LABEL_LEN_MAX = 40
STAGES = {"production": "RNET", "preproduction": "PREPROD", "test": "TEST"}
PIN_CAPABILITIES = CAPABILITY.GET_OPAQUE | CAPABILITY.SIGN_ECDSA | CAPABILITY.SIGN_EDDSA
# Namespaces of the authorities, root first: AMZN, SIDEWALK, MAN, PROD, DAK; AMZN, MAN, MODEL.
LONG, SHORT = [0x10, 0x20, 0x30, 0x40, 0x50], [0x10, 0x20, 0x30]
CURVES = {chains.Ed25519: 0x0, chains.P256: 0x8}


@dataclass(frozen=True)
class Product:
    """What a signing tool must know, and the roots that a verifier must pin."""

    tag: str
    stage: str
    pin: str
    pin_slot: int
    is_long: bool
    roots: Dict[str, chains.Certificate]

    def trust_file(self) -> str:
        lines = [f"{curve} {root.serial.hex()} {root.public.hex()}" for curve, root in self.roots.items()]
        return "\n".join(["curbside-trust 1", *lines, ""])


def program(
    url: str, chance: random.Random, is_long: bool = True, toolreq: str = ""
) -> Product:
    """Makes a random product and puts it on a factory-fresh HSM."""
    stage = chance.choice(list(STAGES))
    name = "".join(chance.choices(chains.APID_ALPHABET, k=8))
    tag = f"{STAGES[stage]}_{name}_DAK"
    pin = "".join(chance.choices("0123456789", k=6))
    usual_slot = 6 if stage == "preproduction" else 5
    slot = chance.choice([usual_slot, usual_slot, 11 - usual_slot, 77])
    hsm = YubiHsm.connect(url)
    session = hsm.create_session_derived(DEFAULT_KEY, DEFAULT_PASSWORD)
    AuthenticationKey.put_derived(
        session, slot, "SIDEWALK", DOMAINS, PIN_CAPABILITIES, CAPABILITY.NONE, pin
    )
    toolreq = toolreq or chance.choice(["1.0.0", "1.2.0", "0.9"])
    info = {"toolreq": toolreq, "longchain": is_long}
    _opaque(session, 0x0E, "HSM_INFO", json.dumps(info).encode())
    _opaque(session, 0x0F, "SW_CTL_CHAIN_DEPTH", bytes([5 if is_long else 3]))
    roots = {
        curve.name: _program_curve(session, chance, curve, stage, name, is_long)
        for curve in CURVES
    }
    session.close()
    hsm.close()
    return Product(tag, stage, pin, slot, is_long, roots)


def spoil(url: str, chance: random.Random) -> str:
    """Loses a certificate object, or changes a bit of it; says which."""
    hsm = YubiHsm.connect(url)
    session = hsm.create_session_derived(DEFAULT_KEY, DEFAULT_PASSWORD)
    objects = [item for item in session.list_objects(object_type=OBJECT.OPAQUE) if item.id >= 0x10]
    item = chance.choice(objects)
    label, data = item.get_info().label, bytearray(item.get())
    item.delete()
    is_changed = chance.random() < 0.5
    if is_changed:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        _opaque(session, item.id, label, bytes(data))
    session.close()
    hsm.close()
    return f"object 0x{item.id:04x} {'changed' if is_changed else 'lost'}"


def _program_curve(session, chance, curve, stage, name, is_long) -> chains.Certificate:
    namespaces = LONG if is_long else SHORT
    levels = ["AMZN", "SIDEWALK", "MAN", "PROD", "DAK"] if is_long else ["AMZN", "MAN", "DAK"]
    authorities, key = authority(chance, curve, len(levels))
    offset = CURVES[curve] + (0 if stage == "production" else 4)
    for namespace, level, certificate in zip(namespaces, levels, authorities):
        label = f"{STAGES[stage]}_{name}_{level}_{curve.name}"[:LABEL_LEN_MAX]
        parts = [certificate.public, certificate.signature, certificate.serial]
        for element, data in enumerate(parts, start=1):
            _opaque(session, namespace + offset + element, label, data)
    AsymmetricKey.put(
        session,
        namespaces[-1] + offset,
        f"{STAGES[stage]}_{name}_DAK_{curve.name}"[:LABEL_LEN_MAX],
        DOMAINS,
        CAPABILITY.SIGN_EDDSA if curve is chains.Ed25519 else CAPABILITY.SIGN_ECDSA,
        key._key,
    )
    return authorities[0]


def authority(chance: random.Random, curve, levels: int):
    """Certificates of authorities, root first, and the key of the last."""
    keys = [curve(chance) for _ in range(levels)]
    issuers = keys[:1] + keys[:-1]
    certificates: List[chains.Certificate] = []
    for key, issuer in zip(keys, issuers):
        serial = chains.mixed_serial(chance)
        signature = issuer.sign(key.public + serial)
        certificates.append(chains.Certificate(serial, key.public, signature))
    return certificates, keys[-1]


def _opaque(session, id: int, label: str, data: bytes) -> None:
    Opaque.put(session, id, label, DOMAINS, CAPABILITY.NONE, ALGORITHM.OPAQUE_DATA, data)
