"""The signing tool 1.2.0 and ours on the same software HSM: every byte that is not a random
P-256 signature of a device, every message, every exit code; and `curbside sign` beside them."""

import base64
import json
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import List, Optional, Tuple

from cryptography.hazmat.primitives import serialization
from sid_signing_tool.cert import SidewalkCertChain
from sid_signing_tool.types import CURVE

import chains
import harness
import hsm_product
import hsm_server

CASES = 60
LOG_NAME = re.compile(r"C_CONTROL_LOG_[0-9]{14}\.txt")
# SMSN and public key stand before the only random part of a chain.
P256_SIGNATURE = slice(32 + 64, 32 + 64 + 64)


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    task = TASKS[case % len(TASKS)]
    with tempfile.TemporaryDirectory(dir=context.scratch) as directory:
        place = Path(directory)
        with hsm_server.serving(context.curbside, place / "store") as url:
            toolreq = "9.0.1" if task is _newer else ""
            is_long = chance.random() < 0.85
            product = hsm_product.program(url, chance, is_long, toolreq)
            complaint = task(Scene(context, chance, place, url, product))
    return f"{task.__name__[1:]}: {complaint}" if complaint else None


class Scene:
    """One product, one device, and where the outputs go."""

    def __init__(self, context, chance, place, url, product):
        self.context, self.chance, self.place = context, chance, place
        self.url, self.product = url, product
        self.ed25519, self.p256r1 = chains.Ed25519(chance), chains.P256(chance)
        self.smsn = chance.randbytes(chains.SMSN_LEN)
        self.apid = chains.apid(chance)
        self.trust = place / "trust.txt"
        self.trust.write_text(product.trust_file())

    def file(self, name: str, content: bytes) -> Path:
        path = self.place / name
        path.write_bytes(content)
        return path

    def pem(self, key, name: str) -> Path:
        forms = [serialization.PrivateFormat.PKCS8]
        if key is self.p256r1:
            forms.append(serialization.PrivateFormat.TraditionalOpenSSL)
        form = self.chance.choice(forms)
        plain = serialization.NoEncryption()
        return self.file(name, key._key.private_bytes(serialization.Encoding.PEM, form, plain))

    def csr(self, key, parts: str) -> str:
        """`parts`: what the request is made of; k the key, n the number, s a signature over both."""
        signed = key.public + (self.smsn if "n" in parts else b"")
        return base64.b64encode(signed + (key.sign(signed) if "s" in parts else b"")).decode()

    def access(self) -> List[str]:
        option = self.option
        words = option("-p", "--product", self.product.tag)
        words += option("-c", "--connector", self.url) + ["--pin", self.product.pin]
        if self.product.pin_slot not in (5, 6) or self.chance.random() < 0.2:
            words += ["--pin_slot", str(self.product.pin_slot)]
        return words

    def option(self, short: str, long: str, value: str) -> List[str]:
        """In any of the ways that `argparse` takes."""
        return self.chance.choice(
            [[short, value], [short + value], [f"{short}={value}"], [long, value], [f"{long}={value}"]]
        )

    def device(self) -> List[str]:
        """Keys or requests in one of the ways that belong together."""
        way = self.chance.choice(["signed", "unsigned", "bare", "bare signed", "files", "both"])
        smsn = ["-d", "A17XHX23H06INH", "-D", f"G{self.chance.randrange(10**6)}", "-a", self.apid]
        generate = [self.chance.choice(["-g", "--generate_smsn", "--gen"])] + smsn
        files = [
            *("--ed25519_private_key_file", self.pem(self.ed25519, "ed25519.pem")),
            *("--p256r1_private_key_file", self.pem(self.p256r1, "p256.pem")),
        ]
        if way == "files":
            return files + generate
        parts = {"signed": "kns", "unsigned": "kn", "bare": "k", "bare signed": "ks"}
        parts = parts.get(way) or self.chance.choice(["kns", "kn"])
        words = ["--eddsa_csr", self.csr(self.ed25519, parts)]
        words += ["--ecdsa_csr", self.csr(self.p256r1, parts)]
        if way == "both":
            words += self.chance.choice(
                [files, ["--ed25519_private_key", self.ed25519.private.hex()], files[2:]]
            )
        if "n" not in parts:
            return words + generate
        return words + (["-a", self.apid] if self.chance.random() < 0.8 else [])

    def extras(self) -> List[str]:
        words = []
        if self.chance.random() < 0.5:
            words += ["--outform", self.chance.choice(["json", "flat"])]
        if self.chance.random() < 0.4:
            profile = {"Sidewalk": {"ApplicationServerPublicKey": self.chance.randbytes(32).hex()}}
            words += ["--device_profile_json", self.file("profile.json", json.dumps(profile).encode())]
        if self.chance.random() < 0.3:
            words += ["--verify_cert", self.chance.choice("01")]
        if self.chance.random() < 0.2:
            words += ["--cache_cert"]
        return words

    def peer(self, words) -> "harness.subprocess.CompletedProcess":
        return harness.run([sys.executable, "-m", "sid_signing_tool", *words], cwd=self.place)

    def ours(self, words) -> "harness.subprocess.CompletedProcess":
        return self.context.run("compat", "sid_signing_tool", *words, cwd=self.place)


def _outputs(scene: Scene) -> Optional[str]:
    """The same command line gives the same output, control log and files."""
    words = [*scene.access(), *scene.device(), *scene.extras()]
    logs = "-a" in words and scene.chance.random() < 0.7
    to_file = scene.chance.random() < 0.4
    results = []
    for who in (scene.peer, scene.ours):
        own = scene.place / who.__name__
        own.mkdir()
        more = ["--control_log_dir", own] if logs else []
        more += ["-o", own / "out.txt"] if to_file else []
        results.append(_result(who([*words, *more]), own, to_file))
    (peer_process, peer_text, peer_log), (process, text, log) = results
    shown = " ".join(str(word) for word in words)
    if peer_process.returncode != 0:
        return f"the peer failed: {harness.said(peer_process)} for {shown}"
    if process.returncode != 0:
        if log is None and logs and b"four certificates" in process.stderr:
            return None  # Differs on purpose: control logs carry no short chains.
        return f"{harness.said(process)} for {shown}"
    peer_chains, our_chains = _chains(peer_text), _chains(text)
    for curve, peer_chain, our_chain in zip(CURVE, peer_chains, our_chains):
        masked = [_masked(curve, base64.b64decode(chain)) for chain in (our_chain, peer_chain)]
        complaint = harness.difference(*masked)
        if complaint:
            return f"{curve.name} chain {complaint} for {shown}"
    complaint = harness.difference(text, peer_text.replace(peer_chains[1], our_chains[1]))
    if complaint:
        return f"output {complaint} for {shown}"
    if (log is None) != (peer_log is None):
        return f"one has a control log, the other has none, for {shown}"
    if log is not None:
        complaint = harness.difference(log, peer_log.replace(peer_chains[1], our_chains[1]))
        if complaint:
            return f"control log {complaint} for {shown}"
    return _verdicts(scene, [*our_chains, peer_chains[1]])


def _result(process, own: Path, to_file: bool) -> Tuple[object, bytes, Optional[bytes]]:
    """The process, its output, its control log."""
    text, log = process.stdout, None
    lines = text.splitlines(keepends=True)
    if lines and lines[-1].startswith(b"CONTROL_LOG: "):
        path = Path(lines.pop()[len(b"CONTROL_LOG: ") :].decode().strip())
        assert path.parent == own and LOG_NAME.fullmatch(path.name), path
        log = path.read_bytes()
    text = b"".join(lines)
    if to_file and (own / "out.txt").exists():
        assert text == b"", text
        text = (own / "out.txt").read_bytes()
    return process, text, log


def _chains(text: bytes) -> List[bytes]:
    """Both chains as they stand in an output."""
    found = re.findall(rb'(?:"(?:eD25519|p256R1)": "|Certificate Chain: )([A-Za-z0-9+/=]+)', text)
    assert len(found) == 2, text
    return found


def _masked(curve: CURVE, chain: bytes) -> bytes:
    if curve == CURVE.P256R1:
        chain = bytearray(chain)
        chain[P256_SIGNATURE] = bytes(64)
    return bytes(chain)


def _verdicts(scene: Scene, found: List[bytes]) -> Optional[str]:
    """Every chain is genuine to the peer's verifier and to ours, which pins the root."""
    for chain in found:
        raw = base64.b64decode(chain)
        curve = CURVE.P256R1 if chain != found[0] else CURVE.ED25519
        try:
            SidewalkCertChain.from_raw(raw, curve).validate()
        except ValueError:
            if scene.product.is_long:
                return "the peer's verifier cannot read a chain"
        process = scene.context.run("chain", "verify", "--trust", scene.trust, chain.decode())
        if process.returncode != 0:
            return f"chain verify: {harness.said(process)}"
    return None


def _native(scene: Scene) -> Optional[str]:
    """`curbside sign` gives the same JSON as the signing tool, under the pinned root."""
    pin = scene.file("pin", scene.product.pin.encode() + b"\n")
    pin.chmod(0o600)
    csr = [scene.csr(key, "kns") for key in (scene.ed25519, scene.p256r1)]
    process = scene.context.run(
        *("sign", "--product", scene.product.tag, "--connector", scene.url, "--pin-file", pin),
        *("--pin-slot", scene.product.pin_slot, "--trust", scene.trust),
        *("--eddsa-csr", csr[0], "--ecdsa-csr", csr[1], "--apid", scene.apid),
        cwd=scene.place,
    )
    peer = scene.peer(
        [
            *("-p", scene.product.tag, "-c", scene.url, "--pin", scene.product.pin),
            *("--pin_slot", str(scene.product.pin_slot), "-a", scene.apid),
            *("--eddsa_csr", csr[0], "--ecdsa_csr", csr[1]),
        ]
    )
    if process.returncode != 0 or peer.returncode != 0:
        return f"{harness.said(process)}; the peer: {harness.said(peer)}"
    ours, theirs = _chains(process.stdout), _chains(peer.stdout)
    masked = [_masked(CURVE.P256R1, base64.b64decode(chains[1])) for chains in (ours, theirs)]
    return harness.difference(*masked) or harness.difference(
        process.stdout, peer.stdout.replace(theirs[1], ours[1])
    )


def _refusals(scene: Scene) -> Optional[str]:
    """What the tool reports itself, we report in the same words with the same exit code; what it
    does not foresee is a failure in both. Nothing is printed as data."""
    good = ["-p", scene.product.tag, "-c", scene.url, "--pin", scene.product.pin]
    good += ["--pin_slot", str(scene.product.pin_slot)]
    csr = ["--eddsa_csr", scene.csr(scene.ed25519, "kns"), "--ecdsa_csr", scene.csr(scene.p256r1, "kns")]
    other = scene.csr(chains.P256(scene.chance), "kns")
    files = [
        *("--ed25519_private_key_file", scene.pem(scene.ed25519, "ed25519.pem")),
        *("--p256r1_private_key_file", scene.pem(scene.p256r1, "p256.pem")),
    ]
    stranger = ["--p256r1_private_key", chains.P256(scene.chance).private.hex()]
    damaged = base64.b64encode(bytes(128)).decode()
    cases = [
        [],
        good,
        good[:4] + csr,
        [*good, "--nonsense"],
        [*good, *csr, "--outform", "xml"],
        [*good, *csr, "--smsn_len", "0"],
        [*good, *csr, "--smsn_len", "x"],
        [*good, *csr, "--verify_cert", "2"],
        [*good, "--eddsa_csr", "A", "--ecdsa_csr", "A"],
        [*good, *csr, "--ed25519_private_key", "zz"],
        [*good, *csr, "--ca_cert", "nowhere.pem"],
        [*good, *csr, "--pin_slot", "x"],
        [*good, *csr, "-gx"],
        [*good, *csr, "-g"],
        [*good, *csr, "-g", "--smsn_len", "31"],
        [*good, *csr, "--control_log_dir", "nowhere"],
        [*good, *csr, "--control_log_dir", "."],
        [*good, *csr, "-a", scene.apid, "--control_log_dir", ".", "--control_log_ver", "4-0-2"],
        [*good, *csr, "--client_cert", scene.trust],
        [*good, *csr, *files, *stranger],
        [*good, *csr[:2]],
        [*good, *csr[2:]],
        [*good, *csr[:2], *files[2:]],
        [*good, *files],
        [*good, *csr, *stranger],
        [*good, *files, "-d", "x", "-D", "y"],
        [*good, *csr[:2], "--ecdsa_csr", other[:-8] + "AAAAAAA="],
        [*good, "--eddsa_csr", damaged, *csr[2:]],
        [*good, *csr[:2], "--ecdsa_csr", scene.csr(scene.p256r1, "kn")],
        ["-p", "ACME_DAK", *good[2:], *csr],
        [*good[:4], "--pin", "wrong", *good[6:], *csr],
        [*good[:6], "--pin_slot", "99", *csr],
        ["-p", scene.product.tag + "X", *good[2:], *csr],
        ["-p", scene.product.tag, "-c", "http://127.0.0.1:9", *good[4:], *csr],
    ]
    for words in scene.chance.sample(cases, 8):
        peer, process = scene.peer(words), scene.ours(words)
        shown = " ".join(str(word) for word in words)
        if peer.returncode == 0 or process.returncode == 0 or process.stdout:
            return f"peer {harness.said(peer)}; ours {harness.said(process)} for {shown}"
        complaint = _same_words(peer, process)
        if complaint:
            return f"{complaint} for {shown}"
    return None


def _newer(scene: Scene) -> Optional[str]:
    """An HSM that needs a newer tool is refused in the same words."""
    words = [*scene.access(), *scene.device()]
    peer, process = scene.peer(words), scene.ours(words)
    if peer.returncode != 1 or process.returncode != 1 or process.stdout:
        return f"peer {harness.said(peer)}; ours {harness.said(process)}"
    return _same_words(peer, process)


def _damaged(scene: Scene) -> Optional[str]:
    """Without a certificate object, or with a changed one, nothing is signed: where the tool notices,
    and where it would not."""
    spoilt = hsm_product.spoil(scene.url, scene.chance)
    words = [*scene.access(), *scene.device()]
    peer, process = scene.peer(words), scene.ours(words)
    if peer.returncode == 0:
        return f"the peer signs with {spoilt}"
    if process.returncode not in (4, 10) or process.stdout:
        return f"{spoilt}: {harness.said(process)}; the peer: {harness.said(peer)}"
    return None


def _same_words(peer, process) -> Optional[str]:
    if b"Traceback" in peer.stderr:
        return None  # What the tool did not foresee has an exit code of its own here.
    if peer.returncode != process.returncode:
        return f"exit code {process.returncode}, the peer's {peer.returncode}; {harness.said(process)}"
    said = peer.stderr.decode().strip().splitlines()[-1]
    if said.startswith("HSM connector error:"):
        said = "HSM connector error:"  # What follows is in each one's own words.
    said = re.sub("^.*?: error: ", "", said)
    said = re.sub(r"(invalid hexstr value): .*", r"\1", said)  # The key is not repeated here.
    if said not in process.stderr.decode():
        return f"the peer says {said!r}; {harness.said(process)}"
    return None


TASKS = (_outputs, _outputs, _outputs, _native, _refusals, _outputs, _refusals, _newer, _damaged)


if __name__ == "__main__":
    harness.main("signing", compare, CASES)
