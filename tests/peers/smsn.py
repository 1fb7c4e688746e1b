"""`curbside chain smsn` against `sid_signing_tool.util.generate_smsn` 1.2.0."""

import string
from typing import Optional

from sid_signing_tool import util
from sid_signing_tool.types import STAGE

import chains
import harness

CASES = 100
STAGES = {"production": STAGE.PROD, "preproduction": STAGE.PREPROD, "test": STAGE.TEST}
# A serial number on a page has at most 16 characters.
DSN_LEN_MAX = 16


def compare(context: harness.Context, case: int) -> Optional[str]:
    chance = context.random(case)
    letters = string.ascii_letters + string.digits
    stage = chance.choice(list(STAGES))
    device_type = "".join(chance.choices(letters, k=chance.randint(1, 20)))
    dsn = "".join(chance.choices(letters, k=chance.randint(1, DSN_LEN_MAX)))
    apid = chains.apid(chance)
    process = context.run(
        "chain", "smsn", "--device-type", device_type, "--dsn", dsn, "--apid", apid, "--stage", stage
    )
    theirs = util.generate_smsn(STAGES[stage], device_type, apid, dsn).hex()
    return harness.difference(process.stdout, f"{theirs}\n".encode())


if __name__ == "__main__":
    harness.main("smsn", compare, CASES)
