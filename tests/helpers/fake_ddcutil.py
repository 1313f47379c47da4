"""A `ddcutil` on the path that answers as version 1.4 does, from files; and one that hangs, with a child."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

DETECT = """\
Invalid display
   I2C bus:  /dev/i2c-3
   DRM connector:           card0-eDP-1
   EDID synopsis:
      Mfg id:               AUO - AU Optronics
      Model:
      Serial number:
      Binary serial number: 0 (0x00000000)
   DDC communication failed
   This is an eDP laptop display. Laptop displays do not support DDC/CI.

Display 1
   I2C bus:  /dev/i2c-8
   DRM connector:           card0-DP-1
   EDID synopsis:
      Mfg id:               ENC - Eizo Nanao Corporation
      Model:                RX560
      Product code:         11132  (0x2b7c)
      Serial number:        21984077
      Binary serial number: 21984077 (0x014f734d)
      Manufacture year:     2024,  Week: 12
   VCP version:         2.1

Display 2
   I2C bus:  /dev/i2c-10
   DRM connector:           card0-HDMI-A-1
   EDID synopsis:
      Mfg id:               DEL - Dell Inc.
      Model:                DELL U2720Q
      Product code:         16788  (0x4194)
      Serial number:
      Binary serial number: 1 (0x00000001)
      Manufacture year:     2020,  Week: 40
   VCP version:         2.1
"""
VALUES = "VCP 10 C 62 100\nVCP 12 C 50 100\nVCP C0 C 2100 65280\nVCP C9 C 259 65535\n"
_PROGRAM = """\
#!{python}
import pathlib, subprocess, sys, time
folder = pathlib.Path({folder!r})
with (folder / "asked").open("a") as asked:
    asked.write(" ".join(sys.argv[1:]) + "\\n")
if (folder / "hangs").exists():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (folder / "child").write_text(str(child.pid))
    time.sleep(600)
name = "detect" if "detect" in sys.argv else "bus-" + sys.argv[sys.argv.index("--bus") + 1]
answer = folder / name
if not answer.exists():
    sys.exit("DDC communication failed")
sys.stdout.write(answer.read_text())
"""


def fake_ddcutil(folder: Path, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, str]) -> Path:
    """Put it on the path; ``answers`` by ``detect`` or ``bus-8``. Gives the folder it works in."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in answers.items():
        (folder / name).write_text(text)
    program = folder / "ddcutil"
    program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder
