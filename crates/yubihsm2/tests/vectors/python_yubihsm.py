"""Writes python_yubihsm_3_1_2.txt: what the vendor's Python library sends and accepts for fixed inputs.

Run with PyPI `yubihsm` 3.1.2 installed: python python_yubihsm.py > python_yubihsm_3_1_2.txt
Every line is a name and hexadecimal bytes. Nothing of the library is copied; it is called.
"""

import contextlib
import os
import struct

from cryptography.hazmat.primitives import cmac, hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from yubihsm import core, objects
from yubihsm.backends import YhsmBackend
from yubihsm.defs import ALGORITHM, AUDIT, CAPABILITY, COMMAND, OBJECT
from yubihsm.utils import password_to_key


def line(name, data):
    print(name, bytes(data).hex())


def frame(command, payload):
    return struct.pack("!BH", command, len(payload)) + payload


def aes_ecb(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def full_mac(key, *parts):
    mac = cmac.CMAC(algorithms.AES(key))
    for part in parts:
        mac.update(part)
    return mac.finalize()


def x962(key):
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


class Device(YhsmBackend):
    """Answers one session, with cryptography of its own, and prints every frame."""

    def __init__(self, name, opener):
        self.name, self.opener = name, opener
        self.counter, self.index = 1, 0

    def close(self):
        pass

    def transceive(self, message):
        answer = self.answer(message)
        if message[0] != COMMAND.DEVICE_INFO:
            line(f"{self.name}.{self.index}.request", message)
            line(f"{self.name}.{self.index}.answer", answer)
            self.index += 1
        return answer

    def answer(self, message):
        if message[0] == COMMAND.DEVICE_INFO:
            info = struct.pack("!BBBIBB", 2, 3, 2, 7550054, 62, 2)
            return frame(0x86, info + bytes(range(1, 55)))
        if message[0] == COMMAND.CREATE_SESSION:
            return frame(0x83, self.opener(self, message[3:]))
        if message[0] == COMMAND.AUTHENTICATE_SESSION:
            self.chain = full_mac(self.s_mac, bytes(16), message[:-8])
            assert self.chain[:8] == message[-8:]
            return frame(0x84, b"")
        assert message[0] == COMMAND.SESSION_MESSAGE
        self.chain = full_mac(self.s_mac, self.chain, message[:-8])
        assert self.chain[:8] == message[-8:]
        iv = aes_ecb(self.s_enc, self.counter.to_bytes(16, "big"))
        cipher = Cipher(algorithms.AES(self.s_enc), modes.CBC(iv))
        decryptor = cipher.decryptor()
        inner = decryptor.update(message[4:-8]) + decryptor.finalize()
        inner = inner.rstrip(b"\0")[:-1]
        answered = bytes([inner[0] | 0x80]) + inner[1:]
        if inner[0] == COMMAND.CLOSE_SESSION:
            answered = frame(0xC0, b"")
        if inner[0] == COMMAND.GET_OPAQUE:
            answered = frame(0x7F, b"\x0b")
        padded = answered + b"\x80"
        padded += bytes(-len(padded) % 16)
        encryptor = cipher.encryptor()
        encrypted = encryptor.update(padded) + encryptor.finalize()
        head = frame(0x85, message[3:4] + encrypted + bytes(8))[:-8]
        self.counter += 1
        return head + full_mac(self.s_rmac, self.chain, head)[:8]


def use(session):
    for data in (b"hello", bytes(range(13)), b"", bytes(2000)):
        assert session.send_secure_cmd(COMMAND.ECHO, data) == data
    try:
        session.send_secure_cmd(COMMAND.GET_OPAQUE, b"\0\x0e")
    except core.YubiHsmDeviceError as error:
        assert error.code == 0x0B
    session.close()


def symmetric_session():
    k_enc, k_mac = password_to_key("password")
    line("password.keys", k_enc + k_mac)
    os.urandom = lambda count: bytes(range(0x10, 0x10 + count))

    def opener(device, payload):
        line("symmetric.host_challenge", payload[2:])
        card_challenge = bytes(range(0x20, 0x28))
        context = payload[2:] + card_challenge
        device.s_enc = core._derive(k_enc, core.KEY_ENC, context)
        device.s_mac = core._derive(k_mac, core.KEY_MAC, context)
        device.s_rmac = core._derive(k_mac, core.KEY_RMAC, context)
        cryptogram = core._derive(device.s_mac, core.CARD_CRYPTOGRAM, context, 0x40)
        return b"\x03" + card_challenge + cryptogram

    hsm = core.YubiHsm(Device("symmetric", opener))
    use(hsm.create_session_derived(1, "password"))


def asymmetric_session():
    keys = [ec.derive_private_key(int.from_bytes(bytes([n]) * 32, "big"), ec.SECP256R1())
            for n in (0x11, 0x22, 0x33, 0x44)]
    host, host_ephemeral, device_static, device_ephemeral = keys
    core.ec.generate_private_key = lambda curve, backend=None: host_ephemeral

    def opener(device, payload):
        epk = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), payload[2:])
        shared = device_ephemeral.exchange(ec.ECDH(), epk)
        shared += device_static.exchange(ec.ECDH(), host.public_key())
        derived = X963KDF(hashes.SHA256(), 64, b"\x3c\x88\x10").derive(shared)
        device.s_enc, device.s_mac, device.s_rmac = (
            derived[16:32], derived[32:48], derived[48:64])
        point = x962(device_ephemeral.public_key())
        device.chain = full_mac(derived[:16], point, payload[2:])
        return b"\x00" + point + device.chain

    hsm = core.YubiHsm(Device("asymmetric", opener))
    use(hsm.create_session_asymmetric(2, host, device_static.public_key()))


class Recorder:
    """A session that prints what would be sent inside it."""

    ANSWERS = {
        COMMAND.LIST_OBJECTS: b"",
        COMMAND.VERIFY_HMAC: b"\x01",
        COMMAND.DELETE_OBJECT: b"",
        COMMAND.SET_OPTION: b"",
        COMMAND.SET_LOG_INDEX: b"",
        COMMAND.GET_LOG_ENTRIES: bytes(5),
        COMMAND.DECRYPT_OTP: bytes(6),
        COMMAND.IMPORT_WRAPPED: b"\x03\x01\x02",
        COMMAND.IMPORT_WRAPPED_RSA: b"\x03\x01\x02",
        COMMAND.UNWRAP_KEY_RSA: b"\x03\x01\x02",
        COMMAND.GET_OBJECT_INFO: struct.pack(
            "!QHHHBBBB40sQ", 0x180, 16, 96, 5, 3, 12, 1, 2, b"DAK", 0),
    }

    list_objects = core.AuthSession.list_objects
    get_pseudo_random = core.AuthSession.get_pseudo_random
    get_log_entries = core.AuthSession.get_log_entries
    set_log_index = core.AuthSession.set_log_index
    put_option = core.AuthSession.put_option
    get_option = core.AuthSession.get_option
    set_force_audit = core.AuthSession.set_force_audit
    set_command_audit = core.AuthSession.set_command_audit
    set_enabled_algorithms = core.AuthSession.set_enabled_algorithms

    def __init__(self):
        self.seen = {}

    def send_secure_cmd(self, command, data=b""):
        count = self.seen[command] = self.seen.get(command, 0) + 1
        line(f"command.{command.name.lower()}.{count}", frame(command, data))
        return self.ANSWERS.get(command, b"\x01\x02")


def commands():
    session = Recorder()
    label, domains, capabilities = "label", 0x0005, CAPABILITY.SIGN_ECDSA | CAPABILITY.SIGN_EDDSA
    delegated = CAPABILITY.EXPORTABLE_UNDER_WRAP
    new = (session, 0x1234, label, domains, capabilities)

    session.list_objects()
    session.list_objects(object_id=0x1234, object_type=OBJECT.OPAQUE, domains=5,
                         capabilities=capabilities, algorithm=ALGORITHM.EC_ED25519, label=label)
    session.get_pseudo_random(258)
    session.get_log_entries()
    session.set_log_index(258)
    session.set_force_audit(AUDIT.FIXED)
    session.set_command_audit({COMMAND.ECHO: AUDIT.OFF, COMMAND.LIST_OBJECTS: AUDIT.ON})
    session.set_enabled_algorithms({ALGORITHM.RSA_2048: False, ALGORITHM.EC_ED25519: True})
    session.get_option(1)

    opaque = objects.Opaque.put(*new, ALGORITHM.OPAQUE_DATA, b"data")
    opaque.get()
    opaque.get_info()
    opaque.delete()
    template = objects.Template.put(*new, ALGORITHM.TEMPLATE_SSH, b"data")
    template.get()

    objects.AuthenticationKey.put_derived(*new, delegated, "password")
    point = ec.derive_private_key(int.from_bytes(b"\x11" * 32, "big"), ec.SECP256R1())
    key = objects.AuthenticationKey.put_public_key(*new, delegated, point.public_key())
    key.change_password("password")
    key.change_public_key(point.public_key())

    key = objects.AsymmetricKey.put(*new, point)
    objects.AsymmetricKey.put(*new, ed25519.Ed25519PrivateKey.from_private_bytes(b"\x55" * 32))
    objects.AsymmetricKey.generate(*new, ALGORITHM.EC_ED25519)
    with contextlib.suppress(TypeError, ValueError):  # The made-up answer is no key.
        key.get_public_key()
    key.sign_ecdsa(b"message", hashes.SHA256())
    key.sign_eddsa(b"message")
    key.sign_pkcs1v1_5(b"message", hashes.SHA256())
    key.sign_pss(b"message", 20, hashes.SHA256(), hashes.SHA384())
    key.decrypt_pkcs1v1_5(bytes(256))
    key.decrypt_oaep(bytes(256), b"label", hashes.SHA256(), hashes.SHA1())
    key.derive_ecdh(point.public_key())
    with contextlib.suppress(TypeError, ValueError):  # The made-up answer is no key.
        key.attest(0x0102)
    key.sign_ssh_certificate(0x0102, bytes([1, 2, 3, 4])
                             + bytes(range(256)) + b"request", ALGORITHM.RSA_PKCS1_SHA256)

    hmac = objects.HmacKey.put(*new, b"key", ALGORITHM.HMAC_SHA256)
    objects.HmacKey.generate(*new, ALGORITHM.HMAC_SHA512)
    hmac.sign_hmac(b"data")
    hmac.verify_hmac(bytes(32), b"data")

    aes = objects.SymmetricKey.put(*new, ALGORITHM.AES128, bytes(range(16)))
    objects.SymmetricKey.generate(*new, ALGORITHM.AES256)
    aes.encrypt_ecb(bytes(16))
    aes.decrypt_ecb(bytes(16))
    aes.encrypt_cbc(bytes(range(16)), bytes(16))
    aes.decrypt_cbc(bytes(range(16)), bytes(16))

    otp = objects.OtpAeadKey.put(*new, ALGORITHM.AES128_YUBICO_OTP, 0x01020304, bytes(range(16)))
    otp.create_otp_aead(bytes(range(16)), bytes(range(6)))
    otp.randomize_otp_aead()
    otp.decrypt_otp(bytes(range(36)), bytes(range(16)))
    otp.rewrap_otp_aead(0x0203, bytes(range(36)))

    new_wrap = (*new, ALGORITHM.AES128_CCM_WRAP, delegated)
    wrap = objects.WrapKey.put(*new_wrap, bytes(range(16)))
    objects.WrapKey.generate(*new_wrap)
    wrap.wrap_data(b"data")
    wrap.unwrap_data(bytes(range(40)))
    wrap.export_wrapped(key)
    wrap.export_wrapped(key, seed=True)
    wrap.import_wrapped(bytes(range(40)))
    wrap.import_wrapped_rsa(bytes(300))
    wrap.import_raw_key(0x0304, OBJECT.SYMMETRIC_KEY, label, domains, capabilities,
                        ALGORITHM.AES256, bytes(300), hashes.SHA512(), hashes.SHA1())
    with contextlib.suppress(TypeError, ValueError):  # The made-up answer is no key.
        wrap.get_public_key()
    public = objects.PublicWrapKey.put(
        *new, delegated, rsa.RSAPublicNumbers(65537, (1 << 2047) + 1).public_key())
    public.export_wrapped_rsa(key)
    public.export_raw_key(aes, ALGORITHM.AES128, hashes.SHA1(), hashes.SHA384())


def wrapped():
    """AES-CCM of OpenSSL, as the vendor's offline tool calls it, over an object record."""
    head = struct.pack("!BQHHHBBBB40s", 42, 0x0101, 0x1234, 16, 5, 8, 50, 0, 2, b"label")
    sealed = AESCCM(bytes(range(32)), tag_length=16).encrypt(
        bytes(range(13)), head + bytes(range(16)), None)
    line("wrapped.object", bytes(range(13)) + sealed)
    sealed = AESCCM(bytes(range(24)), tag_length=16).encrypt(bytes(range(13)), b"\0data", None)
    line("wrapped.data", bytes(range(13)) + sealed)
    sealed = AESCCM(bytes(range(16)), tag_length=8).encrypt(
        bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0]), bytes(range(22)), None)
    line("wrapped.otp", bytes([5, 6, 7, 8, 9, 10]) + sealed)


symmetric_session()
asymmetric_session()
commands()
wrapped()
