"""Dictation microphones and foot pedals on USB: buttons in, lights out. The only module that knows hidapi."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from workstation.dictation.microphone_reports import (
    COMMAND_EVENT_MODE,
    COMMAND_IS_PREMIUM,
    MODE_BROWSER,
    MODE_HID,
    SLIDERS,
    Button,
    Family,
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
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.worker import Worker

REFUSED = "dictation-microphone-refused"
WRONG_MODE = "dictation-microphone-mode"
_UDEV = (
    'Ask your administrator to add /etc/udev/rules.d/70-lightbox.rules with KERNEL=="hidraw*", '
    'ATTRS{idVendor}=="0911", TAG+="uaccess" and the same for "0554", then plug it in again.'
)
_HELD_ELSEWHERE = "Close other programs that use it (SpeechControl, PowerMic tools), then plug it in again."


@dataclass(frozen=True)
class HidInterface:
    """One interface of an attached device."""

    path: bytes
    serial: str
    model: Model


class HidHandle(Protocol):
    """An open interface. Each call raises OSError when the device has gone."""

    def read(self, timeout_ms: int) -> bytes:
        """The next report; empty when none came in time."""
        ...

    def write(self, report: bytes) -> None:
        """Send an output report that has no number."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


class HidBus(Protocol):
    """The USB devices of this computer."""

    def interfaces(self) -> tuple[HidInterface, ...]:
        """Those that are ours and attached now."""
        ...

    def open(self, path: bytes) -> HidHandle:
        """Use one; OSError when it may not be used."""
        ...


@dataclass(frozen=True)
class ButtonChanged:
    """A button went down or up."""

    family: Family
    button: Button
    is_down: bool


@dataclass(frozen=True)
class LaidDown:
    """A microphone was laid down, or picked up."""

    family: Family
    is_down: bool


@dataclass(frozen=True)
class DevicesChanged:
    """The devices that are in use now, by name."""

    names: tuple[str, ...]


DeviceEvent = ButtonChanged | LaidDown | DevicesChanged
_Identity = tuple[int, int, str]


@dataclass
class _Attached:
    """An interface in use, with what it has told so far."""

    interface: HidInterface
    handle: HidHandle
    pressed: Pressed = Pressed()  # noqa: RUF009 - frozen
    slider: frozenset[Button] = frozenset()
    light: Light = Light.OFF

    @property
    def identity(self) -> _Identity:
        model = self.interface.model
        return model.vendor, model.product, self.interface.serial


class DictationMicrophones:
    """Finds the devices, tells their buttons, shows the light; plugging in and out at any time.

    Parameters
    ----------
    bus
        The USB devices.
    conditions
        Shows a device that may not be used or is in the wrong mode, as long as that lasts.
    tell
        Gets every event, in the worker's thread. It must not wait.
    """

    LOOK_EVERY_S = 2.0
    READ_WAIT_MS = 10

    def __init__(
        self,
        bus: HidBus,
        conditions: ConditionBoard,
        tell: Callable[[DeviceEvent], None],
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bus = bus
        self._conditions = conditions
        self._tell = tell
        self._now_s = now_s
        self._attached: dict[bytes, _Attached] = {}
        self._told: dict[_Identity, frozenset[Button]] = {}
        self._next_look_s = 0.0
        self._light = Light.OFF
        self._worker = Worker("dictation-microphones", self._turn, on_failure=lambda _error: None)

    def start(self) -> None:
        """Begin to look for devices."""
        self._worker.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Put the lights out and give the devices back; say whether that ended in time."""
        ended = self._worker.stop(timeout_s)
        if ended:
            self._light = Light.OFF
            for path in tuple(self._attached):
                self._show_light(self._attached[path])
                self._detach(path)
        return ended

    def show(self, light: Light) -> None:
        """Set the light of every microphone that has one, within a turn of the worker."""
        self._light = light

    # --- the worker ---------------------------------------------------------------------------------------------------

    def _turn(self, _token: CancelToken) -> float:
        if self._now_s() >= self._next_look_s:
            self._next_look_s = self._now_s() + self.LOOK_EVERY_S
            self._look()
        for path, attached in tuple(self._attached.items()):
            try:
                self._show_light(attached)
                # One report of each in turn: two interfaces of one device tell the same press, and must stay in step.
                if report := attached.handle.read(self.READ_WAIT_MS):
                    self._take(attached, report)
            except OSError:
                self._detach(path)
                self._tell_devices()
        return 0.0 if self._attached else self.LOOK_EVERY_S

    def _look(self) -> None:
        found = {each.path: each for each in self._bus.interfaces()}
        gone, new = self._attached.keys() - found.keys(), found.keys() - self._attached.keys()
        for path in gone:
            self._detach(path)
        refused = [found[path].model.name for path in sorted(new) if not self._attach(found[path])]
        if gone or len(refused) < len(new):
            self._tell_devices()
        if refused:
            advice = _UDEV if sys.platform.startswith("linux") else _HELD_ELSEWHERE
            text = f"The buttons of {', '.join(dict.fromkeys(refused))} cannot be used."
            self._conditions.raise_condition(REFUSED, Severity.WARN, text, advice)
        else:
            self._conditions.end(REFUSED)

    def _attach(self, interface: HidInterface) -> bool:
        try:
            handle = self._bus.open(interface.path)
            if interface.model.understands_commands:
                handle.write(bytes([COMMAND_IS_PREMIUM]))
                handle.write(bytes([COMMAND_EVENT_MODE]))
        except OSError:
            return False
        self._attached[interface.path] = _Attached(interface, handle)
        return True

    def _detach(self, path: bytes) -> None:
        """Let a device go; buttons that were down on it go up, so that nothing goes on recording."""
        attached = self._attached.pop(path)
        attached.handle.close()
        self._tell_buttons(attached)
        if not any(each.interface.model.understands_commands for each in self._attached.values()):
            self._conditions.end(WRONG_MODE)

    def _tell_devices(self) -> None:
        names = dict.fromkeys(each.interface.model.name for each in self._attached.values())
        self._tell(DevicesChanged(tuple(names)))

    def _show_light(self, attached: _Attached) -> None:
        if attached.light is self._light:
            return
        attached.light = self._light
        report = light_report(attached.interface.model, self._light)
        if report is not None:
            attached.handle.write(report)

    # --- reports ----------------------------------------------------------------------------------------------

    def _take(self, attached: _Attached, report: bytes) -> None:
        model = attached.interface.model
        down = buttons_in(model.layout, report)
        if down is not None:
            attached.pressed = without_slider_echo(attached.pressed, down, attached.slider)
            self._tell_buttons(attached)
        elif model.understands_commands:
            self._take_reply(attached, report)

    def _take_reply(self, attached: _Attached, report: bytes) -> None:
        is_down, mode, number = is_laid_down(report), event_mode_in(report), model_number_in(report)
        if is_down is not None:
            self._tell(LaidDown(attached.interface.model.family, is_down))
        if mode is not None:
            self._judge_mode(mode)
        if number is not None:
            attached.slider = SLIDERS.get(number, frozenset())
        question = question_after(report)
        if question is not None:
            attached.handle.write(bytes([question]))

    def _judge_mode(self, mode: int) -> None:
        if mode in (MODE_HID, MODE_BROWSER):
            self._conditions.end(WRONG_MODE)
            return
        text = "The dictation microphone sends its buttons as keystrokes; they do not reach dictation."
        advice = "Set its event mode to HID with the maker's tool (Philips SpeechControl)."
        self._conditions.raise_condition(WRONG_MODE, Severity.WARN, text, advice)

    def _tell_buttons(self, attached: _Attached) -> None:
        """Tell what changed on this device; two interfaces of one device count once."""
        same = [each for each in self._attached.values() if each.identity == attached.identity]
        now: frozenset[Button] = frozenset().union(*(each.pressed.told for each in same))
        before = self._told.get(attached.identity, frozenset())
        self._told[attached.identity] = now
        family = attached.interface.model.family
        for button in sorted(before - now, key=lambda b: b.value):
            self._tell(ButtonChanged(family, button, is_down=False))
        for button in sorted(now - before, key=lambda b: b.value):
            self._tell(ButtonChanged(family, button, is_down=True))


# --- hidapi ---------------------------------------------------------------------------------------------------------


class UsbBus:
    """The real devices, through hidapi; none where its library cannot be loaded."""

    def __init__(self) -> None:
        self._library = _hidapi()

    def interfaces(self) -> tuple[HidInterface, ...]:
        """Our devices among all that are attached."""
        if self._library is None:
            return ()
        found = []
        for each in self._library.enumerate():
            model = model_of(each["vendor_id"], each["product_id"], each["usage_page"], each["usage"])
            if model is not None:
                found.append(HidInterface(each["path"], each["serial_number"] or "", model))
        return tuple(found)

    def open(self, path: bytes) -> HidHandle:
        """Use an interface."""
        if self._library is None:
            raise OSError("hidapi is not there")
        device = self._library.device()
        device.open_path(path)
        return _UsbHandle(device)


class _UsbHandle:
    def __init__(self, device: Any) -> None:
        self._device = device

    def read(self, timeout_ms: int) -> bytes:
        try:
            return bytes(self._device.read(64, timeout_ms))
        except ValueError as error:  # hidapi's word for a handle that is closed
            raise OSError(str(error)) from error

    def write(self, report: bytes) -> None:
        # hidapi wants the report's number first; these devices have none, which is written as 0.
        if self._device.write(b"\0" + report) < 0:
            raise OSError("the device took no report")

    def close(self) -> None:
        self._device.close()


def _hidapi() -> Any:
    """On Linux the hidraw flavour: the other takes the device away from the system and cannot tell usages apart."""
    try:
        if sys.platform.startswith("linux"):
            import hidraw as library
        else:
            import hid as library
    except ImportError:
        return None
    return library
