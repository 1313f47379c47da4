"""What a monitor's own menu is set to, asked over its cable (DDC/CI) by the program ``ddcutil``.

A monitor, a cable, a computer without it is ordinary: there is then nothing known, and a reason, never an error.
VCP codes (MCCS): 0x10 brightness, 0x12 contrast, 0xC0 hours of use, 0xC9 firmware.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from calibration.displays.ddc_program import Answer, ask_ddcutil
from calibration.displays.edid_sources import plug_name
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from workstation.foundation.cancel import CancelToken

Ask = Callable[[Sequence[str], CancelToken], Answer]
_VALUE = re.compile(r"^VCP ([0-9A-F]{2}) (C|CNC|SNC) (.+)$", re.IGNORECASE | re.MULTILINE)
_NO_I2C = re.compile(r"no /dev/i2c|i2c-dev", re.IGNORECASE)
_MOST_HOURS = 300_000  # 34 years; a greater number is a counter whose upper byte means something else
_CODES = ("10", "12", "C0", "C9")


@dataclass(frozen=True)
class PanelReading:
    """Settings of one panel, and why there are none where there are none (a clause for people)."""

    settings: PanelSettings = field(default_factory=PanelSettings)
    reason: str = ""


@dataclass(frozen=True)
class DdcDisplay:
    """A monitor that ``ddcutil detect`` has found; ``number`` is the serial number in the head of its EDID."""

    bus: str
    connector: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    number: str = ""


def panels_of(
    displays: Sequence[DisplayFacts], cancel: CancelToken, ask: Ask = ask_ddcutil
) -> Mapping[DisplayIdentity, PanelReading]:
    """Ask every display for its settings. Takes seconds: never on the thread that draws.

    Raises
    ------
    Cancelled
        When ``cancel`` was set.
    """
    identities = [each.identity for each in displays]
    answer = ask(["detect"], cancel)
    found = parse_detect(answer.text)
    if not found:
        reason = answer.fault or (
            "this computer has no I2C device through which monitors can be asked"
            if _NO_I2C.search(answer.text)
            else "no monitor answers to DDC/CI"
        )
        return {identity: PanelReading(reason=reason) for identity in identities}
    return {identity: _reading(identity, identities, found, cancel, ask) for identity in identities}


def _reading(
    identity: DisplayIdentity,
    identities: Sequence[DisplayIdentity],
    found: Sequence[DdcDisplay],
    cancel: CancelToken,
    ask: Ask,
) -> PanelReading:
    cancel.raise_if_cancelled()
    display = ddc_display_of(identity, identities, found)
    if display is None:
        return PanelReading(reason="the monitor does not answer to DDC/CI, or cannot be told from another")
    answer = ask(["--bus", display.bus, "getvcp", *_CODES, "--terse"], cancel)
    settings = parse_values(answer.text)
    if settings == PanelSettings():
        return PanelReading(reason=answer.fault or "the monitor tells no settings over DDC/CI")
    return PanelReading(settings)


def ddc_display_of(
    identity: DisplayIdentity, identities: Sequence[DisplayIdentity], found: Sequence[DdcDisplay]
) -> DdcDisplay | None:
    """The one that is ``identity``: by serial number and model, else by plug, else by a model that is there once."""
    same_model = [each for each in found if each.model == identity.model]
    if identity.serial:
        return _only(each for each in same_model if identity.serial in (each.serial, each.number))
    at_plug = _only(
        each for each in same_model if each.connector and plug_name(each.connector) == plug_name(identity.connector)
    )
    is_alone = sum(other.model == identity.model for other in identities) == 1
    return at_plug or (_only(same_model) if is_alone and identity.model else None)


def _only(found: Iterable[DdcDisplay]) -> DdcDisplay | None:
    each = list(found)
    return each[0] if len(each) == 1 else None


_FIELDS = {
    "i2c bus": "bus",
    "drm connector": "connector",
    "drm_connector": "connector",
    "mfg id": "manufacturer",
    "model": "model",
    "serial number": "serial",
    "binary serial number": "number",
}


def parse_detect(text: str) -> tuple[DdcDisplay, ...]:
    """The monitors in the answer of ``ddcutil detect``; those it calls invalid do not speak DDC/CI."""
    found: list[DdcDisplay] = []
    is_valid = False
    for line in text.splitlines():
        if line and not line[0].isspace():
            is_valid = re.match(r"Display \d+", line) is not None
            found += [DdcDisplay("")] if is_valid else []
            continue
        name, _, value = line.partition(":")
        attribute = _FIELDS.get(name.strip().casefold())
        if is_valid and attribute:
            found[-1] = replace(found[-1], **{attribute: _plain(attribute, value.strip())})
    return tuple(each for each in found if each.bus)


def _plain(attribute: str, value: str) -> str:
    if attribute == "bus":
        return value.rpartition("-")[2] if re.fullmatch(r"/dev/i2c-\d+", value) else ""
    if attribute in ("manufacturer", "number"):  # "ENC - Eizo Nanao Corporation", "107 (0x0000006b)"
        return value.partition(" ")[0]
    return value


def parse_values(text: str) -> PanelSettings:
    """Settings in the answer of ``ddcutil getvcp … --terse``; what is missing, or makes no sense, is None."""
    values = {code.upper(): _bytes_of(kind.upper(), rest.split()) for code, kind, rest in _VALUE.findall(text)}
    known = {code: value for code, value in values.items() if value is not None}
    return PanelSettings(
        brightness=_per_cent(known.get("10")),
        contrast=_per_cent(known.get("12")),
        hours=_hours(known.get("C0")),
        firmware=_firmware(known.get("C9")),
    )


def _bytes_of(kind: str, words: Sequence[str]) -> tuple[int, int] | None:
    """The greatest and the present value, 16 bits each, as DDC/CI sends them."""
    try:
        if kind == "C":
            present, greatest = (int(word) for word in words[:2])
            return greatest, present
        numbers = [int(word.lstrip("x"), 16) for word in words[:4]]
    except ValueError:
        return None
    if kind == "SNC":
        return (0, numbers[0]) if len(numbers) == 1 else None
    return (numbers[0] << 8 | numbers[1], numbers[2] << 8 | numbers[3]) if len(numbers) == 4 else None


def _per_cent(value: tuple[int, int] | None) -> int | None:
    if value is None or not 0 <= value[1] <= value[0] or value[0] == 0:
        return None
    return round(100 * value[1] / value[0])


def _hours(value: tuple[int, int] | None) -> int | None:
    """24 bits where that makes a plausible age, else the lower 16."""
    if value is None:
        return None
    whole = (value[0] & 0xFF) << 16 | (value[1] & 0xFFFF)
    return whole if whole <= _MOST_HOURS else value[1] & 0xFFFF


def _firmware(value: tuple[int, int] | None) -> str:
    return f"{(value[1] >> 8) & 0xFF}.{value[1] & 0xFF}" if value else ""
