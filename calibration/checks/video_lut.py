"""What can be known of the graphics card's own table: a display LUT on top of it holds only as long as it stays."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

IDENTITY, NOT_IDENTITY, UNKNOWN = "identity", "not identity", "unknown"
_OUTPUT = re.compile(r"^(?P<name>\S+) (?:connected|disconnected)\b", re.MULTILINE)
_GAMMA = re.compile(r"^\s*Gamma:\s*([\d.]+):([\d.]+):([\d.]+)", re.MULTILINE)
_BRIGHTNESS = re.compile(r"^\s*Brightness:\s*([\d.]+)", re.MULTILINE)
_TIMEOUT_S = 3.0


def video_lut_of(connector: str) -> str:
    """``identity``, ``not identity`` or ``unknown``, for the display on a plug.

    Asked of X11 by ``xrandr``, which rounds to a tenth: a finer table is taken for the identity. Wayland, Windows and
    servers without such a table tell nothing.
    """
    program = shutil.which("xrandr")
    if sys.platform != "linux" or program is None:
        return UNKNOWN
    try:
        said = subprocess.run([program, "--verbose"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    return video_lut_in(said.stdout, connector) if said.returncode == 0 else UNKNOWN


def video_lut_in(text: str, connector: str) -> str:
    """The same from what ``xrandr --verbose`` has said."""
    outputs = list(_OUTPUT.finditer(text))
    ends = [match.start() for match in outputs[1:]] + [len(text)]
    parts = {match["name"]: text[match.end() : end] for match, end in zip(outputs, ends, strict=True)}
    gamma, brightness = (pattern.search(parts.get(connector, "")) for pattern in (_GAMMA, _BRIGHTNESS))
    if gamma is None or brightness is None:
        return UNKNOWN
    numbers = {float(each) for each in (*gamma.groups(), brightness[1])}
    if float(brightness[1]) == 0.0 or 0.0 in numbers:
        return UNKNOWN  # what xrandr says of a server that has no table
    return IDENTITY if numbers == {1.0} else NOT_IDENTITY
