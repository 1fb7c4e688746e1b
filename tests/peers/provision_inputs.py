"""The input files of `sid_provision`, for a random device, in the shapes the clouds really give."""

import json
import random
from pathlib import Path
from typing import List

from chains import Certificate, Chain, Device

PRIVATE_LEN = 32


def arguments(kind: str, device: Device, chance: random.Random, directory: Path) -> List[str]:
    """Writes the input files of this kind to `directory`; gives the options that name them."""
    writers = {
        "aws_certificate": _aws_certificate,
        "aws_profile": _aws_profile,
        "acs": _acs,
        "bb": _black_box,
    }
    return writers[kind](device, chance, directory)


def _aws_certificate(device: Device, chance: random.Random, directory: Path) -> List[str]:
    value = {
        **_certificate_json(device, chance),
        chance.choice(["applicationServerPublicKey", "ApplicationServerPublicKey"]): _hex(
            device.app_key, chance
        ),
    }
    if chance.random() < 0.7:
        del value["metadata"]["apid"]
        value["metadata"]["deviceTypeId"] = _device_type_id(device, chance)
    return ["--certificate_json", _write(value, chance, directory / "certificate.json")]


def _acs(device: Device, chance: random.Random, directory: Path) -> List[str]:
    path = _write(_certificate_json(device, chance), chance, directory / "acs.json")
    app_key = _hex(device.app_key, chance)
    if chance.random() < 0.5:
        (directory / "app_key.bin").write_bytes(device.app_key)
        app_key = "app_key.bin"
    return ["--json", path, "--app_srv_pub", app_key]


def _certificate_json(device: Device, chance: random.Random) -> dict:
    return {
        "p256R1": device.p256r1.base64(),
        "eD25519": device.ed25519.base64(),
        "metadata": {
            "product": "ringNet",
            "deviceSn": chance.randbytes(16).hex(),
            "smsn": _hex(device.smsn, chance),
            "apid": device.apid,
            "devicePrivKeyP256R1": _p256_private(device, chance),
            "devicePrivKeyEd25519": _hex(device.ed25519.private, chance),
        },
    }


def _aws_profile(device: Device, chance: random.Random, directory: Path) -> List[str]:
    chains = _by_algorithm(device.ed25519.base64(), device.p256r1.base64(), chance)
    wireless_device = {
        "Name": "sénsor \U0001f321",
        "Type": "Sidewalk",
        "Sidewalk": {
            "AmazonId": chance.randbytes(6).hex(),
            "SidewalkId": chance.randbytes(5).hex(),
            "SidewalkManufacturingSn": _hex(device.smsn, chance),
            "DeviceCertificates": chains,
            "PrivateKeys": _by_algorithm(
                _hex(device.ed25519.private, chance), _p256_private(device, chance), chance
            ),
        },
    }
    profile = {
        "Name": "profile",
        "Sidewalk": {
            "ApplicationServerPublicKey": _hex(device.app_key, chance),
            **_profile_apid(device, chance),
        },
    }
    return [
        "--wireless_device_json",
        _write(wireless_device, chance, directory / "wireless_device.json"),
        "--device_profile_json",
        _write(profile, chance, directory / "device_profile.json"),
    ]


def _by_algorithm(ed25519: str, p256r1: str, chance: random.Random) -> list:
    values = [
        {"SigningAlg": "Ed25519", "Value": ed25519},
        {"SigningAlg": "P256r1", "Value": p256r1},
    ]
    chance.shuffle(values)
    return values


def _profile_apid(device: Device, chance: random.Random) -> dict:
    """The three places where a device profile may carry the APID."""
    metadata = {
        "CertificateId": chance.randbytes(14).hex().upper(),
        "FactorySupport": False,
        "ApId": device.apid,
        "DeviceTypeId": _device_type_id(device, chance),
    }
    return chance.choice(
        [
            {"DakCertificateMetadata": [metadata]},
            {"DAKCertificate": [metadata]},
            {"DakCertificateMetadata": [{"CertificateId": "00"}, metadata]},
            {"ApId": device.apid},
        ]
    )


def _black_box(device: Device, chance: random.Random, directory: Path) -> List[str]:
    """The answer of the legacy black box: no SMSN, no DAK, and PRODUCT is called MODEL."""
    levels = dict(zip(("DAK", "MODEL", "MAN", "SW", "AMZN"), range(1, 6)))
    certificates = [
        {"cert_name": name, **_both(device, levels[name])} for name in ("AMZN", "MAN", "MODEL")
    ]
    chance.shuffle(certificates)
    value = {
        "ringNetDevId": chance.randbytes(5).hex(),
        "PKI": {
            "device_cert": {
                **_both(device, 0),
                "ed25519_priv": _hex(device.ed25519.private, chance),
                "p256r1_priv": _hex(device.p256r1.private, chance),
            },
            "intermediate_certs": certificates,
        },
    }
    return ["--json", _write(value, chance, directory / "black_box.json")]


def _both(device: Device, level: int) -> dict:
    return {
        **_fields("ed25519", device.ed25519, level),
        **_fields("p256r1", device.p256r1, level),
    }


def _fields(curve: str, chain: Chain, level: int) -> dict:
    certificate: Certificate = chain.certificates[level]
    return {
        f"{curve}_pub": certificate.public.hex(),
        f"{curve}_signature": certificate.signature.hex(),
        f"{curve}_serial": certificate.serial.hex(),
    }


def _p256_private(device: Device, chance: random.Random) -> str:
    """The cloud sometimes puts a zero byte before the 32 of the scalar."""
    zero = b"\0" if chance.random() < 0.2 else b""
    return _hex(zero + device.p256r1.private, chance)


def _device_type_id(device: Device, chance: random.Random) -> str:
    return chance.randbytes(chance.randint(0, 8)).hex() + device.apid


def _hex(value: bytes, chance: random.Random) -> str:
    return value.hex().upper() if chance.random() < 0.3 else value.hex()


def _write(value: dict, chance: random.Random, path: Path) -> str:
    indent = chance.choice([None, 2, 4])
    path.write_text(
        json.dumps(value, indent=indent, ensure_ascii=chance.random() < 0.5), encoding="utf-8"
    )
    return path.name
