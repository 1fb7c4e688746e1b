"""The public `sid_provision` 0.2.3, run inside this process: a start of Python per page is dear.

Two things are added to what the package does by itself:

* The ST platform, which the copy that ST ships has and the package has not. The classes are the
  same ones; the layout is written from the public facts (STM32-Sidewalk-SDK,
  tools/provision/sid_provision/config/st/stm32wba): words of 16 bytes, every value in id order but
  for APID, which follows the SMSN.
* The `bb` input, which 0.2.3 cannot run: it hands an already parsed JSON value to `json.load` and
  dies. We call the constructor that it meant to call.
"""

import contextlib
import copy
import io
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Dict, List

import yaml
from sid_provision import run

ST_WORD_LEN = 16
ST_SERIAL_LEN = 4
# The last words of the page: P-256 root key, then one word that nothing uses.
ST_UNUSED_WORDS = 1
ST_ADDRESS_2_MIB, ST_ADDRESS_1_MIB, ST_ADDRESS_512_KIB = 0x081EA000, 0x080EA000, 0x0806A000
ST_CHIPS = [
    # Name, full name, page address.
    ("WBA65xI", "STM32WBA65xI", ST_ADDRESS_2_MIB),
    ("WBA65xG", "STM32WBA65xG", ST_ADDRESS_1_MIB),
    ("WBA64xI", "STM32WBA64xI", ST_ADDRESS_2_MIB),
    ("WBA64xG", "STM32WBA64xG", ST_ADDRESS_1_MIB),
    ("WBA63xI", "STM32WBA63xI", ST_ADDRESS_2_MIB),
    ("WBA63xG", "STM32WBA63xG", ST_ADDRESS_1_MIB),
    ("WBA62xI", "STM32WBA62xI", ST_ADDRESS_2_MIB),
    ("WBA62xG", "STM32WBA62xG", ST_ADDRESS_1_MIB),
    ("WBA5M", "STM32WBA5MMG", ST_ADDRESS_1_MIB),
    ("WBA55xG", "STM32WBA55xG", ST_ADDRESS_1_MIB),
    ("WBA55xE", "STM32WBA55xE", ST_ADDRESS_512_KIB),
    ("WBA54xG", "STM32WBA55xG", ST_ADDRESS_1_MIB),
    ("WBA54xE", "STM32WBA55xE", ST_ADDRESS_512_KIB),
    ("WBA52xG", "STM32WBA55xG", ST_ADDRESS_1_MIB),
    ("WBA52xE", "STM32WBA55xE", ST_ADDRESS_512_KIB),
]
PACKAGE = Path(run.__file__).parent


@dataclass(frozen=True)
class Outcome:
    """How one run ended; `exit_code` is None when it died on an exception."""

    exit_code: object
    stdout: str
    stderr: str


class Peer:
    """Runs command lines of the tool; `directory` keeps the ST configuration."""

    def __init__(self, directory: Path) -> None:
        self.configs: Dict[str, Dict[str, Path]] = {
            "nordic": _shipped("nordic/nrf528xx_dk"),
            "ti": _shipped("ti/cc13x2_26x2"),
            "st": _written(directory),
        }
        run.SidMfgBBJson.from_args = classmethod(
            lambda cls, args, pa: cls(
                bb_json=args.json, config=run.AttrDict(vars(args).get("config", {}))
            )
        )
        nordic = next(group for group in run.ARG_GROUPS if group.platform.str_name == "nordic")
        self._groups = run.ARG_GROUPS + [
            run.SidPlatformArgs(
                platform=SimpleNamespace(name="ST", str_name="st"),
                input_groups=nordic.input_groups,
                addtional_input_args=nordic.addtional_input_args,
                output_args=nordic.output_args,
                config_file=self.configs["st"]["v8"],
                chips=[
                    run.SidChipAddr(name=name, full_name=full, offset_addr=address, default=at == 0)
                    for at, (name, full, address) in enumerate(ST_CHIPS)
                ],
            )
        ]

    def chips(self, platform: str) -> List[str]:
        group = next(group for group in self._groups if group.platform.str_name == platform)
        return [chip.name for chip in group.chips]

    def run(self, arguments: List[str], directory: Path, path: str = "") -> Outcome:
        """One command line, in `directory`, with `path` before the rest of PATH."""
        # A run with --addr changes the chip table; the next one must not see it.
        run.ARG_GROUPS = copy.deepcopy(self._groups)
        stdout, stderr = io.StringIO(), io.StringIO()
        before = os.getcwd(), sys.argv, os.environ["PATH"]
        os.chdir(directory)
        sys.argv = ["sid_provision", *arguments]
        os.environ["PATH"] = path + os.pathsep + before[2] if path else before[2]
        try:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
                exit_code = _exit_code()
        finally:
            os.chdir(before[0])
            sys.argv, os.environ["PATH"] = before[1:]
        return Outcome(exit_code, stdout.getvalue(), stderr.getvalue())


def _exit_code():
    try:
        run.main()
        return 0
    except SystemExit as end:
        return 0 if end.code is None else end.code
    except Exception:
        traceback.print_exc()
        return None


def _shipped(folder: str) -> Dict[str, Path]:
    directory = PACKAGE / "config" / folder
    return {"v8": directory / "config.yaml", "v7": directory / "config_legacy.yaml"}


def _written(directory: Path) -> Dict[str, Path]:
    """The ST configurations as files."""
    paths = {}
    for version, config in (("v8", _st_v8()), ("v7", _st_v7())):
        paths[version] = directory / f"st_{version}.yaml"
        paths[version].write_text(yaml.safe_dump(config, sort_keys=False))
    return paths


def _st_v8() -> dict:
    head = {"MAGIC": (0, 1), "VERSION": (1, 2)}
    offsets = {f"SID_PAL_MFG_STORE_{name}": _span(*span) for name, span in head.items()}
    return {"offset_size": ST_WORD_LEN, "mfg_offsets": offsets}


def _st_v7() -> dict:
    ids = {value.name.removeprefix("SID_PAL_MFG_STORE_"): value for value in run.SidMfgValueId}
    named = [name for name in ids if name not in ("DEVID", "APID", "CORE_VALUE_MAX")]
    named.insert(named.index("SMSN") + 1, "APID")
    offsets, word = {}, 0
    for name in named:
        size = ids[name].size or ST_SERIAL_LEN
        end = word + -(-size // ST_WORD_LEN)
        offsets[f"SID_PAL_MFG_STORE_{name}"] = _span(word, end)
        word = end
    return {
        "tlv_enabled": False,
        "offset_size": ST_WORD_LEN,
        "mfg_page_size": word + ST_UNUSED_WORDS,
        "mfg_offsets": offsets,
    }


def _span(start: int, end: int) -> dict:
    return {"start": start, "end": end}
