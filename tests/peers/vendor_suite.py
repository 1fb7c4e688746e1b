"""The device suite of the vendor's own Python library, run against `curbside hsm serve`.

The suite comes with the library's source package, which `cargo xtask peers` unpacks beside the
virtual environment. It is written for hardware: it resets the device, waits for it to boot, and
asks for a FIPS device where it wants one, which ours is not.
"""

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import hsm_server

SUITE = Path(sys.prefix).parent / "vendor-suite" / "yubihsm-3.1.2"
# The suite sleeps for some 25 seconds altogether and generates RSA keys of 4096 bits.
SUITE_SECONDS_MAX = 900


def main() -> None:
    parser = argparse.ArgumentParser(description="Runs the vendor's device suite.")
    parser.add_argument("--curbside", type=Path, required=True, help="our program")
    # The suite draws its own randomness; the harness gives every comparison these.
    parser.add_argument("--seed", type=int)
    parser.add_argument("--scale", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
        with hsm_server.serving(arguments.curbside.resolve(), Path(scratch) / "store") as url:
            passed, failed, skipped = run_suite(url, Path(scratch) / "report.xml")
    print(f"vendor_suite: {skipped} tests asked for a FIPS device", file=sys.stderr)
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


def run_suite(url: str, report: Path) -> tuple[int, int, int]:
    """How many tests passed, failed and were passed over."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/device"]
    command += ["--backend", url, f"--junit-xml={report}"]
    process = subprocess.run(
        command,
        cwd=SUITE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SUITE_SECONDS_MAX,
        check=False,
    )
    if not report.exists():
        print(process.stdout, file=sys.stderr)
        return 0, 1, 0
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    if failed:
        print(process.stdout, file=sys.stderr)
    return len(cases) - len(failed) - len(skipped), len(failed), len(skipped)


if __name__ == "__main__":
    main()
