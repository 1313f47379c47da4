"""Where the system keeps the EDIDs of the monitors that are plugged in."""

from __future__ import annotations

import logging
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from calibration.displays.edid import BadEdid, Edid, parse_edid

log = logging.getLogger(__name__)

DRM_FOLDER = Path("/sys/class/drm")
_LARGEST = 128 * 256


@dataclass(frozen=True)
class PluggedEdid:
    """An EDID with the plug it was read at; ``connector`` is empty where the system does not tell (Windows)."""

    connector: str
    edid: Edid


def system_edids() -> tuple[PluggedEdid, ...]:
    """What this system knows: quick (a few small files, or keys of the registry), never raises."""
    if sys.platform == "win32":
        return registry_edids()
    return drm_edids()


def drm_edids(folder: Path = DRM_FOLDER) -> tuple[PluggedEdid, ...]:
    """Linux: one folder a plug (``card0-DP-1``) with a file ``edid``, empty where nothing is plugged in."""
    found = (_read(path.name.partition("-")[2], path / "edid") for path in sorted(folder.glob("card*-*")))
    return tuple(each for each in found if each is not None)


def _read(connector: str, path: Path) -> PluggedEdid | None:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST)
    except OSError:  # unplugged in between, or not ours to read
        return None
    return _plugged(connector, raw) if raw else None


def _plugged(connector: str, raw: bytes) -> PluggedEdid | None:
    try:
        return PluggedEdid(connector, parse_edid(raw))
    except BadEdid as error:
        log.info("the EDID at %s is not used: %s", connector or "a monitor", error.what)
        return None


def registry_edids() -> tuple[PluggedEdid, ...]:
    """Windows: every monitor that was ever plugged in; which of them is there now is told by model and serial."""
    from calibration.displays.windows_registry import edid_values

    found = {each.edid.sha256: each for raw in edid_values() if (each := _plugged("", raw)) is not None}
    return tuple(found.values())


def plug_name(connector: str) -> str:
    """One spelling for the names of a plug: ``HDMI-A-1``, ``HDMI1`` and ``card0-HDMI-A-1`` are ``HDMI-1``.

    Only spellings are brought together, never numbers: drivers that count from 0 name another plug by the same number.
    """
    parts = re.fullmatch(r"(?:card\d+-)?(e?DP|HDMI|DVI|VGA|LVDS|DSI)(?:-[A-Z])??-?(\d+)", connector, re.IGNORECASE)
    return f"{parts[1].upper()}-{parts[2]}" if parts else connector.upper()
