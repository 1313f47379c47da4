"""The monitors that are attached: what the windowing system says, joined with what their EDIDs say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from calibration.displays.edid import is_telling
from calibration.displays.edid_sources import PluggedEdid, plug_name, system_edids
from calibration.displays.identity import DisplayFacts, DisplayIdentity


@dataclass(frozen=True)
class SeenScreen:
    """A screen as the windowing system tells of it: plain facts of Qt's ``QScreen``.

    Attributes
    ----------
    name
        Of the plug, in the spelling of the windowing system.
    maker, model, serial
        Empty where it tells nothing.
    width_px, height_px
        Device pixels as the screen stands now (rotated or not).
    width_mm, height_mm
        0 where unknown.
    """

    name: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    width_px: int = 0
    height_px: int = 0
    width_mm: int = 0
    height_mm: int = 0


def attached(
    screens: Sequence[SeenScreen], edids: Callable[[], Sequence[PluggedEdid]] = system_edids
) -> tuple[DisplayFacts, ...]:
    """The facts of every screen, in the order given. Never raises; takes a millisecond or so.

    An EDID is taken for a screen's only where that is certain; else the windowing system's own words stand, and a
    monitor without a serial number has a weak identity: plug and size. Two monitors that give the same serial number
    have none that counts.
    """
    plugged = edids()
    screens = [replace(each, name=each.name or f"screen {number}") for number, each in enumerate(screens, 1)]
    facts = [_facts(screen, edid_of(screen, screens, plugged)) for screen in screens]
    keys = Counter(each.identity.key for each in facts)
    return tuple(_without_serial(each) if keys[each.identity.key] > 1 else each for each in facts)


def edid_of(screen: SeenScreen, screens: Sequence[SeenScreen], plugged: Sequence[PluggedEdid]) -> PluggedEdid | None:
    """The EDID of a screen, by serial number, by plug, or by a model that is there once; None where none is certain."""
    able = [each for each in plugged if not _contradicts(screen, each)]
    ways = (
        [each for each in able if screen.serial and screen.serial in _serials(each)],
        [each for each in able if each.connector and plug_name(each.connector) == plug_name(screen.name)],
        [each for each in able if screen.model and screen.model == each.edid.name]
        if sum(other.model == screen.model for other in screens) == 1
        else [],
    )
    return next((way[0] for way in ways if len(way) == 1), None)


def _contradicts(screen: SeenScreen, plugged: PluggedEdid) -> bool:
    is_other_model = bool(screen.model and plugged.edid.name and screen.model != plugged.edid.name)
    is_other_one = bool(is_telling(screen.serial) and plugged.edid.serial and screen.serial not in _serials(plugged))
    return is_other_model or is_other_one


def _serials(plugged: PluggedEdid) -> tuple[str, ...]:
    edid = plugged.edid
    number = (str(edid.serial_number), f"0x{edid.serial_number:08x}") if edid.serial_number else ()
    return (*((edid.serial_text,) if edid.serial_text else ()), *number)


def _facts(screen: SeenScreen, plugged: PluggedEdid | None) -> DisplayFacts:
    if plugged is None:
        serial = screen.serial if is_telling(screen.serial) else ""
        identity = DisplayIdentity(screen.name, screen.maker, screen.model, serial, screen.width_px, screen.height_px)
        return DisplayFacts(identity, screen.width_mm, screen.height_mm)
    edid = plugged.edid
    identity = DisplayIdentity(
        screen.name, edid.manufacturer, edid.model, edid.serial, screen.width_px, screen.height_px
    )
    width_mm, height_mm = edid.width_mm or screen.width_mm, edid.height_mm or screen.height_mm
    if (width_mm > height_mm) != (
        screen.width_px > screen.height_px
    ):  # turned on its stand: the EDID knows nothing of it
        width_mm, height_mm = height_mm, width_mm
    return DisplayFacts(identity, width_mm, height_mm, edid.sha256, edid.made)


def _without_serial(facts: DisplayFacts) -> DisplayFacts:
    return replace(facts, identity=replace(facts.identity, serial=""))
