"""Dictation microphones: report tables, any bytes, sliders, lights, plugging in and out, the mapping table."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.vaults import HandClock
from workstation.dictation.dictation_microphones import (
    REFUSED,
    WRONG_MODE,
    ButtonChanged,
    DevicesChanged,
    DictationMicrophones,
    HidHandle,
    HidInterface,
    LaidDown,
    UsbBus,
)
from workstation.dictation.microphone_map import MicrophoneAction, load_microphone_map
from workstation.dictation.microphone_reports import (
    MODELS,
    PEDAL,
    POWERMIC_3,
    POWERMIC_4,
    POWERMIC_4_GAMEPAD,
    SLIDERS,
    SPEECHMIKE,
    SPEECHMIKE_GAMEPAD,
    Button,
    Family,
    Layout,
    Light,
    Model,
    Pressed,
    buttons_in,
    event_mode_in,
    is_laid_down,
    light_report,
    model_number_in,
    model_of,
    question_after,
    without_slider_echo,
)
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import BadInput

B = Button

# (layout, report in hexadecimal, the button that is down): one row for each bit the makers' table names
REPORTS: list[tuple[Layout, str, Button]] = [
    (SPEECHMIKE, "80 00000000 0000 0100", B.SCAN_END),
    (SPEECHMIKE, "80 00000000 0000 0200", B.F1),
    (SPEECHMIKE, "80 00000000 0000 0400", B.F2),
    (SPEECHMIKE, "80 00000000 0000 0800", B.F3),
    (SPEECHMIKE, "80 00000000 0000 1000", B.F4),
    (SPEECHMIKE, "80 00000000 0000 2000", B.COMMAND),
    (SPEECHMIKE, "80 00000000 0000 8000", B.SCAN_OK),
    (SPEECHMIKE, "80 00000000 0000 0001", B.RECORD),
    (SPEECHMIKE, "80 00000000 0000 0002", B.STOP),
    (SPEECHMIKE, "80 00000000 0000 0004", B.PLAY),
    (SPEECHMIKE, "80 00000000 0000 0008", B.FORWARD),
    (SPEECHMIKE, "80 00000000 0000 0010", B.REWIND),
    (SPEECHMIKE, "80 00000000 0000 0020", B.END_OF_LETTER),
    (SPEECHMIKE, "80 00000000 0000 0040", B.INSERT_OVERWRITE),
    (SPEECHMIKE, "80 00000000 0000 0080", B.INSTRUCTION),
    (POWERMIC_4, "80 00000000 0000 0200", B.F1),
    (POWERMIC_4, "80 00000000 0000 0400", B.F2),
    (POWERMIC_4, "80 00000000 0000 0800", B.F3),
    (POWERMIC_4, "80 00000000 0000 1000", B.F4),
    (POWERMIC_4, "80 00000000 0000 2000", B.COMMAND),
    (POWERMIC_4, "80 00000000 0000 0001", B.RECORD),
    (POWERMIC_4, "80 00000000 0000 0004", B.PLAY),
    (POWERMIC_4, "80 00000000 0000 0008", B.TAB_FORWARD),
    (POWERMIC_4, "80 00000000 0000 0010", B.TAB_BACK),
    (POWERMIC_4, "80 00000000 0000 0020", B.REWIND),
    (POWERMIC_4, "80 00000000 0000 0040", B.FORWARD),
    (POWERMIC_4, "80 00000000 0000 0080", B.ENTER),
    (POWERMIC_3, "00 0100", B.TRANSCRIBE),
    (POWERMIC_3, "00 0200", B.TAB_BACK),
    (POWERMIC_3, "00 0400", B.RECORD),
    (POWERMIC_3, "00 0800", B.TAB_FORWARD),
    (POWERMIC_3, "00 1000", B.REWIND),
    (POWERMIC_3, "00 2000", B.FORWARD),
    (POWERMIC_3, "00 4000", B.PLAY),
    (POWERMIC_3, "00 8000", B.CUSTOM_LEFT),
    (POWERMIC_3, "00 0001", B.ENTER),
    (POWERMIC_3, "00 0002", B.CUSTOM_RIGHT),
    (PEDAL, "01", B.REWIND),
    (PEDAL, "02", B.PLAY),
    (PEDAL, "04", B.FORWARD),
    (PEDAL, "08", B.END_OF_LETTER),
    (SPEECHMIKE_GAMEPAD, "2000", B.RECORD),
    (SPEECHMIKE_GAMEPAD, "0040", B.END_OF_LETTER),
    (POWERMIC_4_GAMEPAD, "2000", B.RECORD),
    (POWERMIC_4_GAMEPAD, "0002", B.ENTER),
]


@pytest.mark.parametrize(("layout", "report", "button"), REPORTS)
def test_a_report_names_its_button(layout: Layout, report: str, button: Button) -> None:
    assert buttons_in(layout, bytes.fromhex(report)) == {button}


def test_every_button_of_the_hid_layouts_is_in_the_table() -> None:
    for layout in (SPEECHMIKE, POWERMIC_4, POWERMIC_3, PEDAL):
        assert {button for of, _, button in REPORTS if of is layout} == set(layout.bits)


def test_several_buttons_and_none() -> None:
    assert buttons_in(SPEECHMIKE, bytes.fromhex("80000000000000 2001")) == {B.COMMAND, B.RECORD}
    assert buttons_in(SPEECHMIKE, bytes.fromhex("80000000000000 0000")) == frozenset()
    assert buttons_in(PEDAL, b"\x0a") == {B.PLAY, B.END_OF_LETTER}


@pytest.mark.parametrize("report", ["9e000000000000 0001", "94000000000000 0001", "80", "8000000000000000", ""])
def test_other_and_torn_reports_are_no_buttons(report: str) -> None:
    assert buttons_in(SPEECHMIKE, bytes.fromhex(report)) is None


@given(st.sampled_from([model.layout for model in MODELS]), st.binary(max_size=70))
def test_any_bytes_are_read_or_refused_and_never_raise(layout: Layout, report: bytes) -> None:
    down = buttons_in(layout, report)
    assert down is None or down <= set(layout.bits)
    for read in (is_laid_down, event_mode_in, model_number_in, question_after):
        read(report)


def test_the_makers_devices_are_known_by_their_numbers() -> None:
    assert model_of(0x0911, 0x0C1C, 0xFFA0, 1) == MODELS[0]
    assert model_of(0x0554, 0x1001, 1, 0).family is Family.POWERMIC_3  # type: ignore[union-attr]
    assert model_of(0x0911, 0x1844, 1, 4).family is Family.FOOT_PEDAL  # type: ignore[union-attr]
    assert model_of(0x0911, 0x0C1C, 1, 6) is None  # its keyboard interface
    assert model_of(0x046D, 0xC52B, 1, 4) is None


def test_motion_model_number_and_mode_are_read_from_replies() -> None:
    assert is_laid_down(bytes.fromhex("9e00000000000000 01")) is True
    assert is_laid_down(bytes.fromhex("9e00000000000000 00")) is False
    assert event_mode_in(bytes.fromhex("8d00000000000000 01")) == 1
    assert question_after(bytes.fromhex("8300000000000000 80")) == 0x8B
    assert question_after(bytes.fromhex("8300000000000000 00")) == 0x87
    assert question_after(bytes.fromhex("8b01000000000000 00")) == 0x96
    assert model_number_in(bytes.fromhex("8b00 0000 0fb4 0e74 00")) == 4020
    assert model_number_in(bytes.fromhex("87000000000000 0db6")) == 3510
    assert model_number_in(bytes.fromhex("96000000000000 1771")) == 6001


# --- sliders -------------------------------------------------------------------------------------------------------


def told(slider: frozenset[Button], *reports: set[Button]) -> list[frozenset[Button]]:
    pressed, found = Pressed(), []
    for down in reports:
        pressed = without_slider_echo(pressed, frozenset(down), slider)
        found.append(pressed.told)
    return found


def test_a_slider_position_is_told_and_its_echo_in_other_buttons_is_not() -> None:
    slider = SLIDERS[3510]
    assert told(slider, {B.STOP}, {B.RECORD}, {B.STOP}) == [{B.STOP}, {B.RECORD}, {B.STOP}]
    # The first report of all is a button with the position beside it: only the button counts.
    assert told(slider, {B.F1, B.RECORD}, {B.RECORD}, {B.STOP}) == [{B.F1}, frozenset(), {B.STOP}]
    assert told(slider, {B.RECORD}, {B.RECORD, B.F1}, {B.RECORD}) == [{B.RECORD}, {B.RECORD, B.F1}, {B.RECORD}]


def test_a_slider_that_leaves_record_is_told_even_together_with_a_button() -> None:
    assert told(SLIDERS[4010], {B.RECORD}, {B.STOP, B.F1}) == [{B.RECORD}, {B.F1}]


@given(st.lists(st.frozensets(st.sampled_from(list(SPEECHMIKE.bits))), max_size=8))
@settings(max_examples=50, deadline=None)
def test_nothing_is_told_that_is_not_down_and_other_buttons_always_are(reports: list[frozenset[Button]]) -> None:
    for slider in {*SLIDERS.values(), frozenset()}:
        pressed = Pressed()
        for down in reports:
            pressed = without_slider_echo(pressed, down, slider)
            assert down - slider <= pressed.told <= down


# --- lights --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "light", "report"),
    [
        (MODELS[0], Light.RECORDING, "02 00 00 00 00 00 0c 00 00"),
        (MODELS[0], Light.READY, "02 00 00 00 00 00 01 00 00"),
        (MODELS[0], Light.OFF, "02 00 00 00 00 00 00 00 00"),
        (model_of(0x0554, 0x0064, 0xFFA0, 1), Light.RECORDING, "02 00 00 00 00 00 0c 00 00"),
        (model_of(0x0554, 0x1001, 1, 0), Light.RECORDING, "01"),
        (model_of(0x0554, 0x1001, 1, 0), Light.READY, "02"),
        (model_of(0x0554, 0x1001, 1, 0), Light.OFF, "00"),
        (model_of(0x0911, 0x1844, 1, 4), Light.RECORDING, None),
        (model_of(0x0911, 0x0FA0, 1, 4), Light.RECORDING, None),
    ],
)
def test_lights(model: Model, light: Light, report: str | None) -> None:
    assert light_report(model, light) == (bytes.fromhex(report) if report is not None else None)


# --- the worker ----------------------------------------------------------------------------------------------------


class FakeDevice:
    """A device at the end of the cable: it answers, its buttons can be pressed, it can be pulled out."""

    def __init__(self, model: Model, *, serial: str = "1", replies: dict[int, str] | None = None) -> None:
        self.interface = HidInterface(f"/dev/hid-{id(self)}".encode(), serial, model)
        self.replies = replies or {}
        self.written: list[bytes] = []
        self.reports: deque[bytes] = deque()
        self.is_there = True
        self.is_allowed = True
        self.is_open = False

    def press(self, report: str) -> None:
        self.reports.append(bytes.fromhex(report))

    def read(self, timeout_ms: int) -> bytes:
        if not self.is_there:
            raise OSError("read error")
        return self.reports.popleft() if self.reports else b""

    def write(self, report: bytes) -> None:
        if not self.is_there:
            raise OSError("write error")
        self.written.append(report)
        if report[0] in self.replies:
            self.press(self.replies[report[0]])

    def close(self) -> None:
        self.is_open = False


class FakeBus:
    """The devices that are plugged in."""

    def __init__(self, *devices: FakeDevice) -> None:
        self.devices = list(devices)

    def interfaces(self) -> tuple[HidInterface, ...]:
        return tuple(device.interface for device in self.devices if device.is_there)

    def open(self, path: bytes) -> HidHandle:
        device = next(each for each in self.devices if each.interface.path == path)
        if not device.is_allowed:
            raise OSError("open failed")
        device.is_open = True
        return device


class Bench:
    """A worker on a bus, its events and conditions."""

    def __init__(self, bus: FakeBus) -> None:
        self.conditions = ConditionBoard(HandClock())
        self.events: list[object] = []
        self.microphones = DictationMicrophones(bus, self.conditions, self.events.append)
        self.microphones.LOOK_EVERY_S = 0.02  # type: ignore[misc]

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not is_so():
            assert time.monotonic() < deadline, "did not happen within five seconds"
            time.sleep(0.005)

    def buttons(self) -> list[tuple[Button, bool]]:
        return [(event.button, event.is_down) for event in self.events if isinstance(event, ButtonChanged)]

    def condition_keys(self) -> list[str]:
        return [each.key for each in self.conditions.current()]


@contextmanager
def bench(*devices: FakeDevice) -> Iterator[Bench]:
    found = Bench(FakeBus(*devices))
    found.microphones.start()
    try:
        yield found
    finally:
        assert found.microphones.stop()
        assert not any(device.is_open for device in devices)


def powermic_3() -> FakeDevice:
    return FakeDevice(model_of(0x0554, 0x1001, 1, 0))  # type: ignore[arg-type]


def test_buttons_go_down_and_up() -> None:
    device = powermic_3()
    with bench(device) as found:
        device.press("00 0400")
        device.press("00 0400")
        device.press("00 0000")
        found.until(lambda: found.buttons() == [(B.RECORD, True), (B.RECORD, False)])
        assert DevicesChanged(("Nuance PowerMic III",)) in found.events


def test_a_device_that_is_pulled_out_lets_its_buttons_go_and_comes_back() -> None:
    device = powermic_3()
    with bench(device) as found:
        device.press("00 0400")
        found.until(lambda: found.buttons() == [(B.RECORD, True)])
        device.is_there = False
        found.until(lambda: found.buttons() == [(B.RECORD, True), (B.RECORD, False)])
        found.until(lambda: found.events[-1] == DevicesChanged(()))
        device.is_there = True
        found.until(lambda: found.events[-1] == DevicesChanged(("Nuance PowerMic III",)))
        device.press("00 0100")
        found.until(lambda: found.buttons()[-1] == (B.TRANSCRIBE, True))


def test_a_device_that_may_not_be_used_is_a_lasting_condition_with_advice() -> None:
    device = powermic_3()
    device.is_allowed = False
    with bench(device) as found:
        found.until(lambda: found.condition_keys() == [REFUSED])
        [condition] = found.conditions.current()
        assert "PowerMic III" in condition.text
        assert condition.advice
        device.is_allowed = True
        found.until(lambda: found.condition_keys() == [])


def test_two_interfaces_of_one_device_count_once() -> None:
    hid, gamepad = FakeDevice(model_of(0x0911, 0x0FA0, 0xFFA0, 1)), FakeDevice(model_of(0x0911, 0x0FA0, 1, 4))  # type: ignore[arg-type]
    with bench(hid, gamepad) as found:
        found.until(lambda: hid.is_open and gamepad.is_open)
        hid.press("80 00000000 0000 0001")
        gamepad.press("2000")
        hid.press("80 00000000 0000 0000")
        gamepad.press("0000")
        gamepad.press("0004")
        found.until(lambda: found.buttons()[-1:] == [(B.F1, True)])
        assert found.buttons() == [(B.RECORD, True), (B.RECORD, False), (B.F1, True)]


def test_a_speechmike_tells_its_slider_its_mode_and_that_it_was_laid_down() -> None:
    replies = {0x83: "8300000000000000 00", 0x87: "87000000000000 0db6", 0x8D: "8d00000000000000 01"}
    device = FakeDevice(MODELS[0], replies=replies)
    with bench(device) as found:
        found.until(lambda: found.condition_keys() == [WRONG_MODE])
        found.until(lambda: bytes([0x87]) in device.written)
        device.press("80 00000000 0000 0201")  # F1 with the echo of a slider at RECORD
        device.press("9e 00000000 0000 0001")
        found.until(lambda: LaidDown(Family.SPEECHMIKE, is_down=True) in found.events)
        assert found.buttons() == [(B.F1, True)]


def test_lights_follow_and_go_out_at_the_end() -> None:
    device = powermic_3()
    with bench(device) as found:
        found.microphones.show(Light.RECORDING)
        found.until(lambda: device.written == [b"\x01"])
        found.microphones.show(Light.READY)
        found.until(lambda: device.written == [b"\x01", b"\x02"])
    assert device.written[-1] == b"\x00"


@given(st.lists(st.binary(min_size=1, max_size=64), max_size=20))
@settings(max_examples=30, deadline=None)
def test_no_report_of_any_device_stops_the_worker(reports: list[bytes]) -> None:
    events: list[object] = []
    devices = [FakeDevice(model, serial=str(number)) for number, model in enumerate(MODELS)]
    microphones = DictationMicrophones(FakeBus(*devices), ConditionBoard(HandClock()), events.append)
    for device, report in itertools.product(devices, reports):
        device.reports.append(report)
    for _ in range(2 * len(reports) + 1):
        microphones._turn(None)  # type: ignore[arg-type]
    assert not any(device.reports for device in devices)
    assert len(microphones._attached) == len(devices)


def test_the_real_bus_answers() -> None:
    assert isinstance(UsbBus().interfaces(), tuple)


# --- the mapping table -----------------------------------------------------------------------------------------------


def test_the_default_table_has_a_record_button_for_every_microphone_and_signs_nowhere() -> None:
    found = load_microphone_map()
    for family in (Family.SPEECHMIKE, Family.POWERMIC_3, Family.POWERMIC_4):
        assert found.action(family, B.RECORD) in (MicrophoneAction.DICTATE_ON_OFF, MicrophoneAction.DICTATE_WHILE_HELD)
    assert MicrophoneAction.SIGN not in found.actions.values()
    assert MicrophoneAction.SIGN_AND_NEXT not in found.actions.values()
    assert found.action(Family.FOOT_PEDAL, B.SCAN_OK) is MicrophoneAction.NOTHING


def test_every_default_is_for_a_button_the_family_has() -> None:
    for family, button in load_microphone_map().actions:
        layouts = [model.layout for model in MODELS if model.family is family]
        assert any(button in layout.bits for layout in layouts), (family, button)


def test_the_readers_own_changes_win() -> None:
    found = load_microphone_map({"powermic_3.custom_left": "report.sign", "speechmike.f4": "nothing"})
    assert found.action(Family.POWERMIC_3, B.CUSTOM_LEFT) is MicrophoneAction.SIGN
    assert found.action(Family.SPEECHMIKE, B.F4) is MicrophoneAction.NOTHING
    assert found.action(Family.SPEECHMIKE, B.RECORD) is MicrophoneAction.DICTATE_ON_OFF


def test_every_wrong_entry_is_named_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        load_microphone_map({"powermic_9.record": "dictate.hold", "speechmike.f9": "undo", "nonsense": "nothing"})
    for name in ("“powermic_9”", "“f9”", "“undo”", "nonsense", "powermic_3", "report.undo"):
        assert name in refused.value.what
