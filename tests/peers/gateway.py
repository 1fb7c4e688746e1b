"""The signing tool 1.2.0 and ours over the network: through our gateway and through the real nginx with the configuration
that we write, with the same certificates, on the same software HSM."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator, List, Optional

from sid_signing_tool.types import CURVE

import chains
import harness
import hsm_product
import hsm_server
import signing

# The tool's HTTP library lets these win over the tool's own --ca_cert.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(name, None)

CASES = 4
# nginx forks before it listens.
LISTEN_SECONDS_MAX = 20


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    guard = (_ours, _nginx)[case % 2]
    with tempfile.TemporaryDirectory(dir=context.scratch) as directory:
        place = Path(directory)
        with hsm_server.serving(context.curbside, place / "store") as url:
            product = hsm_product.program(url, chance, True, "")
            _certificates(context, place)
            with guard(context, place, url) as guarded:
                scene = signing.Scene(context, chance, place, guarded, product)
                complaint = _same_device(scene) or _no_certificate(scene)
    return f"{guard.__name__[1:]}: {complaint}" if complaint else None


def _certificates(context: harness.Context, place: Path) -> None:
    (place / "passphrase").write_text("rehearsal\n")
    (place / "passphrase").chmod(0o600)
    (place / "net").mkdir()
    key = ["--ca", "ca", "--passphrase-file", "passphrase"]
    for words in (
        ["init", *key],
        ["issue", "server", "localhost", "--san", "127.0.0.1", *key, "--out", "net"],
        ["issue", "client", "line1", *key, "--out", "net"],
    ):
        process = context.run("mtls", *words, cwd=place)
        assert process.returncode == 0, harness.said(process)
    for name in ("server.pem", "client.pem"):
        words = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", name]
        process = harness.run(words, cwd=place / "net")
        assert process.returncode == 0, harness.said(process)


@contextlib.contextmanager
def _ended(process: subprocess.Popen) -> Iterator[subprocess.Popen]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(hsm_server.STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _ours(context: harness.Context, place: Path, url: str) -> Iterator[str]:
    words = [context.curbside, "mtls", "gateway", "--listen", "127.0.0.1:0", "--json"]
    words += ["--certificates", place / "net", "--upstream", url]
    with (place / "gateway.log").open("wb") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True)
    with _ended(process), process.stdout:
        started = json.loads(process.stdout.readline())
        yield f"https://{started['addresses'][0]}"


@contextlib.contextmanager
def _nginx(context: harness.Context, place: Path, url: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = place / "server.conf"
    process = context.run(
        *("mtls", "nginx", "--certificates", place / "net", "--listen", port, "--upstream", url),
        *("--log-path", place, "--out", server),
    )
    assert process.returncode == 0, harness.said(process)
    main = place / "nginx.conf"
    main.write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log;\n"
        f"events {{}}\nhttp {{ client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;\n"
        f"include {server}; }}\n"
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with (place / "nginx.log").open("wb") as errors:
        process = subprocess.Popen([nginx, "-c", str(main)], stdout=errors, stderr=errors)
    with _ended(process):
        deadline = time.monotonic() + LISTEN_SECONDS_MAX
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < deadline, (place / "nginx.log").read_text()
            time.sleep(0.05)
        yield f"https://127.0.0.1:{port}"


def _access(scene: signing.Scene, url: str) -> List[str]:
    product = scene.product
    words = ["-p", product.tag, "-c", url, "--pin", product.pin]
    return words + ["--pin_slot", str(product.pin_slot)]


def _tls(scene: signing.Scene) -> List[str]:
    net = scene.place / "net"
    words = ["--ca_cert", net / "ca.pem", "--client_cert", net / "client.pem"]
    return [str(word) for word in words + ["--client_key", net / "client.key"]]


def _same_device(scene: signing.Scene) -> Optional[str]:
    """The tool and both of our commands make the same chains through the same guard."""
    csr = [scene.csr(scene.ed25519, "kns"), scene.csr(scene.p256r1, "kns")]
    words = [*_access(scene, scene.url), *_tls(scene), "-a", scene.apid]
    words += ["--eddsa_csr", csr[0], "--ecdsa_csr", csr[1]]
    pin, net = scene.file("pin", scene.product.pin.encode()), scene.place / "net"
    pin.chmod(0o600)
    native = scene.context.run(
        *("sign", "--product", scene.product.tag, "--connector", scene.url, "--pin-file", pin),
        *("--pin-slot", scene.product.pin_slot, "--trust", scene.trust, "--apid", scene.apid),
        *("--ca-cert", net / "ca.pem", "--client-cert", net / "client.pem"),
        *("--client-key", net / "client.key", "--eddsa-csr", csr[0], "--ecdsa-csr", csr[1]),
        cwd=scene.place,
    )
    found = []
    for process in (scene.peer(words), scene.ours(words), native):
        if process.returncode != 0:
            return harness.said(process)
        both = signing._chains(process.stdout)
        found.append([signing._masked(c, base64.b64decode(t)) for c, t in zip(CURVE, both)])
    return None if found[0] == found[1] == found[2] else "the chains differ"


def _no_certificate(scene: signing.Scene) -> Optional[str]:
    """Without a certificate nobody signs, and both say so with the same exit code."""
    csr = ["--eddsa_csr", scene.csr(scene.ed25519, "kns"), "--ecdsa_csr", scene.csr(scene.p256r1, "kns")]
    ca = ["--ca_cert", str(scene.place / "net" / "ca.pem")]
    words = [*_access(scene, scene.url), *ca, "-a", scene.apid, *csr]
    peer, ours = scene.peer(words), scene.ours(words)
    if peer.returncode == 0 or ours.returncode == 0:
        return f"peer {harness.said(peer)}; ours {harness.said(ours)}"
    return None


if __name__ == "__main__":
    harness.main("gateway", compare, CASES)
