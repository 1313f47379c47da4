"""What dictation microphones and foot pedals say and understand: models, reports, lights. Pure tables, no device.

Source: the device tables and report layouts of GoogleChromeLabs/dictation_support. There reports come without a report
number, as hidapi gives them for devices that have none. Not verified on hardware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

COMMAND_SET_LED = 0x02
COMMAND_BUTTON = 0x80
COMMAND_IS_PREMIUM = 0x83
COMMAND_CODE_SM3 = 0x87
COMMAND_CODE_SMP = 0x8B
COMMAND_EVENT_MODE = 0x8D
COMMAND_WIRELESS = 0x94
COMMAND_CODE_SO = 0x96
COMMAND_MOTION = 0x9E
MODE_HID, MODE_BROWSER = 0, 2
VENDOR_PAGE = 0xFFA0


class Button(Enum):
    """Every button any of them has; the value is its name in mapping tables."""

    RECORD = "record"
    STOP = "stop"
    PLAY = "play"
    REWIND = "rewind"
    FORWARD = "forward"
    COMMAND = "command"
    INSERT_OVERWRITE = "insert_overwrite"
    INSTRUCTION = "instruction"
    END_OF_LETTER = "end_of_letter"
    TAB_BACK = "tab_back"
    TAB_FORWARD = "tab_forward"
    ENTER = "enter"
    TRANSCRIBE = "transcribe"
    CUSTOM_LEFT = "custom_left"
    CUSTOM_RIGHT = "custom_right"
    F1 = "f1"
    F2 = "f2"
    F3 = "f3"
    F4 = "f4"
    SCAN_OK = "scan_ok"
    SCAN_END = "scan_end"


class Family(Enum):
    """Devices that share a mapping table; the value is the table's name."""

    SPEECHMIKE = "speechmike"
    POWERMIC_4 = "powermic_4"
    POWERMIC_3 = "powermic_3"
    FOOT_PEDAL = "foot_pedal"


@dataclass(frozen=True)
class Layout:
    """How a family's button report is read.

    Attributes
    ----------
    offset, width
        Where the little-endian number of button bits stands, in bytes.
    bits
        Bit of each button.
    command
        The report's first byte must be this; None: every report is one of buttons.
    """

    offset: int
    width: int
    bits: Mapping[Button, int]
    command: int | None = None


_SPEECHMIKE_BITS = MappingProxyType(
    {
        Button.SCAN_END: 0,
        Button.F1: 1,
        Button.F2: 2,
        Button.F3: 3,
        Button.F4: 4,
        Button.COMMAND: 5,
        Button.SCAN_OK: 7,
        Button.RECORD: 8,
        Button.STOP: 9,
        Button.PLAY: 10,
        Button.FORWARD: 11,
        Button.REWIND: 12,
        Button.END_OF_LETTER: 13,
        Button.INSERT_OVERWRITE: 14,
        Button.INSTRUCTION: 15,
    }
)
_POWERMIC_4_BITS = MappingProxyType(
    {
        Button.F1: 1,
        Button.F2: 2,
        Button.F3: 3,
        Button.F4: 4,
        Button.COMMAND: 5,
        Button.RECORD: 8,
        Button.PLAY: 10,
        Button.TAB_FORWARD: 11,
        Button.TAB_BACK: 12,
        Button.REWIND: 13,
        Button.FORWARD: 14,
        Button.ENTER: 15,
    }
)
_POWERMIC_3_BITS = MappingProxyType(
    {
        Button.TRANSCRIBE: 0,
        Button.TAB_BACK: 1,
        Button.RECORD: 2,
        Button.TAB_FORWARD: 3,
        Button.REWIND: 4,
        Button.FORWARD: 5,
        Button.PLAY: 6,
        Button.CUSTOM_LEFT: 7,
        Button.ENTER: 8,
        Button.CUSTOM_RIGHT: 9,
    }
)
_PEDAL_BITS = MappingProxyType({Button.REWIND: 0, Button.PLAY: 1, Button.FORWARD: 2, Button.END_OF_LETTER: 3})
_SPEECHMIKE_GAMEPAD_BITS = MappingProxyType(
    {
        Button.REWIND: 0,
        Button.PLAY: 1,
        Button.FORWARD: 2,
        Button.INSERT_OVERWRITE: 4,
        Button.RECORD: 5,
        Button.COMMAND: 6,
        Button.INSTRUCTION: 9,
        Button.F1: 10,
        Button.F2: 11,
        Button.F3: 12,
        Button.F4: 13,
        Button.END_OF_LETTER: 14,
    }
)
_POWERMIC_4_GAMEPAD_BITS = MappingProxyType(
    {
        Button.TAB_BACK: 0,
        Button.PLAY: 1,
        Button.TAB_FORWARD: 2,
        Button.FORWARD: 4,
        Button.RECORD: 5,
        Button.COMMAND: 6,
        Button.ENTER: 9,
        Button.F1: 10,
        Button.F2: 11,
        Button.F3: 12,
        Button.F4: 13,
        Button.REWIND: 14,
    }
)

SPEECHMIKE = Layout(7, 2, _SPEECHMIKE_BITS, COMMAND_BUTTON)
POWERMIC_4 = Layout(7, 2, _POWERMIC_4_BITS, COMMAND_BUTTON)
POWERMIC_3 = Layout(1, 2, _POWERMIC_3_BITS)
PEDAL = Layout(0, 1, _PEDAL_BITS)
SPEECHMIKE_GAMEPAD = Layout(0, 2, _SPEECHMIKE_GAMEPAD_BITS)
POWERMIC_4_GAMEPAD = Layout(0, 2, _POWERMIC_4_GAMEPAD_BITS)


@dataclass(frozen=True)
class Model:
    """One interface of one product, as the operating system lists it."""

    vendor: int
    product: int
    usage_page: int
    usage: int
    name: str
    family: Family
    layout: Layout

    @property
    def understands_commands(self) -> bool:
        """Whether it takes commands and gives replies."""
        return self.layout.command is not None


MODELS = (
    Model(0x0911, 0x0C1C, VENDOR_PAGE, 1, "Philips SpeechMike", Family.SPEECHMIKE, SPEECHMIKE),
    Model(0x0911, 0x0C1D, VENDOR_PAGE, 1, "Philips SpeechMike Premium Air", Family.SPEECHMIKE, SPEECHMIKE),
    Model(0x0911, 0x0C1E, VENDOR_PAGE, 1, "Philips SpeechOne", Family.SPEECHMIKE, SPEECHMIKE),
    Model(0x0911, 0x0C1E, 1, 4, "Philips SpeechOne", Family.SPEECHMIKE, SPEECHMIKE_GAMEPAD),
    Model(0x0911, 0x0FA0, VENDOR_PAGE, 1, "Philips SpeechMike", Family.SPEECHMIKE, SPEECHMIKE),
    Model(0x0911, 0x0FA0, 1, 4, "Philips SpeechMike", Family.SPEECHMIKE, SPEECHMIKE_GAMEPAD),
    Model(0x0554, 0x0064, VENDOR_PAGE, 1, "Nuance PowerMic 4", Family.POWERMIC_4, POWERMIC_4),
    Model(0x0554, 0x0064, 1, 4, "Nuance PowerMic 4", Family.POWERMIC_4, POWERMIC_4_GAMEPAD),
    Model(0x0554, 0x1001, 1, 0, "Nuance PowerMic III", Family.POWERMIC_3, POWERMIC_3),
    Model(0x0911, 0x1844, 1, 4, "Philips foot pedal ACC2310/2320", Family.FOOT_PEDAL, PEDAL),
    Model(0x0911, 0x091A, 1, 4, "Philips foot pedal ACC2330", Family.FOOT_PEDAL, PEDAL),
)


def model_of(vendor: int, product: int, usage_page: int, usage: int) -> Model | None:
    """The model behind an interface; None when it is none of ours."""
    wanted = (vendor, product, usage_page, usage)
    return next((m for m in MODELS if (m.vendor, m.product, m.usage_page, m.usage) == wanted), None)


def buttons_in(layout: Layout, report: bytes) -> frozenset[Button] | None:
    """The buttons that are down; None when this is no report of buttons, or a torn one."""
    if layout.command is not None and report[:1] != bytes([layout.command]):
        return None
    number = report[layout.offset : layout.offset + layout.width]
    if len(number) < layout.width:
        return None
    pressed = int.from_bytes(number, "little")
    return frozenset(button for button, bit in layout.bits.items() if pressed >> bit & 1)


def is_laid_down(report: bytes) -> bool | None:
    """Whether the microphone was laid down or picked up; None when the report tells of no motion."""
    if len(report) < 9 or report[0] != COMMAND_MOTION:
        return None
    return report[8] == 1


# --- which SpeechMike it is ------------------------------------------------------------------------------------------


def question_after(report: bytes) -> int | None:
    """The command to send next to learn a SpeechMike's model number; None when ``report`` calls for no further one."""
    if len(report) < 9:
        return None
    if report[0] == COMMAND_IS_PREMIUM:
        return COMMAND_CODE_SMP if report[8] & 0x80 else COMMAND_CODE_SM3
    if report[0] == COMMAND_CODE_SMP and report[1]:
        return COMMAND_CODE_SO
    return None


def model_number_in(report: bytes) -> int | None:
    """The model number (3510, 4010, …) a reply tells; None when it tells none."""
    if len(report) < 9:
        return None
    if report[0] in (COMMAND_CODE_SM3, COMMAND_CODE_SO):
        return int.from_bytes(report[7:9], "big")
    if report[0] == COMMAND_CODE_SMP and not report[1]:
        return max(int.from_bytes(report[at : at + 2], "big") for at in (2, 4, 6))
    return None


def event_mode_in(report: bytes) -> int | None:
    """How the microphone sends its buttons; None when the report does not tell."""
    if len(report) < 9 or report[0] != COMMAND_EVENT_MODE:
        return None
    return report[8]


# --- sliders -------------------------------------------------------------------------------------------------------

_PHILIPS_SLIDER = frozenset({Button.FORWARD, Button.STOP, Button.PLAY, Button.REWIND})
_INTERNATIONAL_SLIDER = frozenset({Button.RECORD, Button.STOP, Button.PLAY, Button.REWIND})
SLIDERS: MappingProxyType[int, frozenset[Button]] = MappingProxyType(
    {
        **dict.fromkeys((3220, 3520, 3720), _PHILIPS_SLIDER),
        **dict.fromkeys((3210, 3310, 3510, 3610, 3710, 3810, 4010), _INTERNATIONAL_SLIDER),
    }
)
"""Model number to the positions of its slider."""


@dataclass(frozen=True)
class Pressed:
    """What is down now, and what of it has been told."""

    slider: frozenset[Button] = frozenset()
    buttons: frozenset[Button] = frozenset()
    told: frozenset[Button] = field(default=frozenset())


def without_slider_echo(before: Pressed, down: frozenset[Button], slider: frozenset[Button]) -> Pressed:
    """Take a report of a slider model in.

    Such a model adds the slider's position to the report of every other button. A position that comes together with a
    button's change is such an echo: it is remembered, not told. A position that is left is always told, so that
    nothing goes on recording.
    """
    at, buttons = down & slider, down - slider
    is_echo = at != before.slider and buttons != before.buttons
    moved = (before.told & slider & at) if is_echo or at == before.slider else at
    return Pressed(at, buttons, buttons | moved)


# --- lights ----------------------------------------------------------------------------------------------------------


class Light(Enum):
    """What the microphone's light says."""

    OFF = "off"
    READY = "ready"
    RECORDING = "recording"


_SLOW, _ON = 1, 3
# Record light: green in bits 0-1, red in bits 2-3 of the byte; modes 0 off, 1 slow, 2 fast, 3 on.
_RECORD_LIGHT = MappingProxyType({Light.OFF: 0, Light.READY: _SLOW, Light.RECORDING: _ON << 2})
_POWERMIC_3_LIGHT = MappingProxyType({Light.OFF: 0, Light.READY: 2, Light.RECORDING: 1})


def light_report(model: Model, light: Light) -> bytes | None:
    """The output report, without report number, that sets the light; None where there is no light."""
    if model.understands_commands:
        return bytes([COMMAND_SET_LED, 0, 0, 0, 0, 0, _RECORD_LIGHT[light], 0, 0])
    if model.family is Family.POWERMIC_3:
        return bytes([_POWERMIC_3_LIGHT[light]])
    return None
