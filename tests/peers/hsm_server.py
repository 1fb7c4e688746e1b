"""A software HSM for one comparison: `curbside hsm serve` on a free port, ended with the block."""

import contextlib
import json
import subprocess
from pathlib import Path
from typing import Iterator

# A process that does not end when it is asked to must not hold up the run.
STOP_SECONDS_MAX = 10


@contextlib.contextmanager
def serving(curbside: Path, store: Path, *options: str) -> Iterator[str]:
    """Yields the connector's URL."""
    command = [curbside, "hsm", "serve", "--store", store, "--listen", "127.0.0.1:0", "--json"]
    words = [str(word) for word in [*command, *options]]
    log = store.with_name(f"{store.name}.log")
    with log.open("wb") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"hsm serve, exit code {process.wait()}: {log.read_text()}")
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
