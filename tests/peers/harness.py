"""What every peer comparison shares: options, seeded cases, all processors, one last line.

A comparison is a function of `(context, case number)` that returns None or a sentence about the
first difference. Every case draws all its randomness from `(seed, case number)`, so that one case
can be run again alone.
"""

import argparse
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

# A hung tool must fail its own case, not the whole run. Ours needs milliseconds.
PROCESS_SECONDS_MAX = 60
# A systematic difference fails every case; the first few say all there is to say.
FAILURES_SHOWN_MAX = 10


@dataclass(frozen=True)
class Context:
    """What a case may know besides its own number."""

    curbside: Path
    seed: int
    scratch: Path

    def random(self, case: int) -> random.Random:
        return random.Random(f"{self.seed}/{case}")

    def run(
        self, *arguments: object, cwd: Optional[Path] = None, stdin: bytes = b"", path: str = ""
    ) -> subprocess.CompletedProcess:
        """Runs our program; `path` goes before the rest of PATH."""
        environment = dict(os.environ)
        if path:
            environment["PATH"] = path + os.pathsep + environment["PATH"]
        return run([self.curbside, *arguments], cwd=cwd, stdin=stdin, environment=environment)


def run(command, cwd=None, stdin=b"", environment=None) -> subprocess.CompletedProcess:
    """Runs a process with bytes in and out and a time limit."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        input=stdin,
        env=environment,
        capture_output=True,
        timeout=PROCESS_SECONDS_MAX,
        check=False,
    )


def difference(ours: bytes, peers: bytes) -> Optional[str]:
    """The first byte where the two differ, with the bytes around it."""
    if ours == peers:
        return None
    offset = next(
        (at for at, (left, right) in enumerate(zip(ours, peers)) if left != right),
        min(len(ours), len(peers)),
    )
    return (
        f"differs at byte {offset} (0x{offset:x}): "
        f"ours {ours[offset:offset + 16].hex(' ') or 'ends'} of {len(ours)} bytes, "
        f"peer {peers[offset:offset + 16].hex(' ') or 'ends'} of {len(peers)} bytes"
    )


def said(process: subprocess.CompletedProcess) -> str:
    """How a process ended, for a failure line."""
    words = (process.stderr or process.stdout).decode("utf-8", "replace").strip()
    return f"exit code {process.returncode}, {words[-400:]!r}"


def main(name: str, compare: Callable[[Context, int], Optional[str]], count: int) -> None:
    """Runs `count` cases over all processors and ends with `N passed, N failed`."""
    parser = argparse.ArgumentParser(description=f"Compares curbside with a public tool: {name}.")
    parser.add_argument("--curbside", type=Path, required=True, help="our program")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--scale", type=int, default=1, help=f"times {count} cases")
    parser.add_argument("--case", type=int, help="only this case")
    arguments = parser.parse_args()

    cases = [arguments.case] if arguments.case is not None else range(count * arguments.scale)
    print(f"{name}: seed {arguments.seed}, {len(cases)} cases", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
        context = Context(arguments.curbside.resolve(), arguments.seed, Path(scratch))
        failed = _run_cases(name, compare, context, cases)
    print(f"{len(cases) - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


def _run_cases(name, compare, context, cases) -> int:
    failed = 0
    with multiprocessing.Pool(os.cpu_count(), _adopt, (compare, context)) as pool:
        for case, complaint in pool.imap_unordered(_run_case, cases, chunksize=8):
            if complaint is None:
                continue
            failed += 1
            if failed <= FAILURES_SHOWN_MAX:
                print(f"FAIL {name} case {case}: {complaint}", file=sys.stderr)
                print(
                    f"  again: cargo xtask peers {name} --seed {context.seed} --case {case}",
                    file=sys.stderr,
                    flush=True,
                )
    if failed > FAILURES_SHOWN_MAX:
        print(f"{name}: {failed - FAILURES_SHOWN_MAX} more failures not shown", file=sys.stderr)
    return failed


_adopted = None


def _adopt(compare, context) -> None:
    global _adopted
    _adopted = (compare, context)


def _run_case(case: int):
    compare, context = _adopted
    try:
        return case, compare(context, case)
    except Exception:
        return case, traceback.format_exc()
