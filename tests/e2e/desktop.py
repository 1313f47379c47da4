"""A desktop of three monitors without hardware: a real X server, a window manager, screen-reader bus, key and mouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from run import virtual_monitors

_PROBE = Path(__file__).with_name("accessibility_probe.py")
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
TOOLS = ("Xvfb", "xrandr", "openbox", "xdotool", "dbus-daemon", "import")


def require_tools() -> None:
    """Skip visibly where a tool is absent; in CI its absence is a failure."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not Path("/usr/bin/python3").exists() or _has_no_pyatspi():
        missing.append("python3-pyatspi")
    if not missing:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing on this machine: {', '.join(missing)}")
    pytest.skip(f"missing on this machine: {', '.join(missing)}")


def _has_no_pyatspi() -> bool:
    return (
        subprocess.run(["/usr/bin/python3", "-c", "import pyatspi"], capture_output=True, check=False).returncode != 0
    )


class Desktop:
    """What a person does: look for things by name, click, type, look at the picture."""

    def __init__(self, environment: Mapping[str, str], probe: subprocess.Popen[str]) -> None:
        self.environment = dict(environment)
        self._probe = probe

    def look(self, *names: str, state: str = "") -> dict[str, Any] | None:
        """The first control of one of these accessible names that is showing, and in ``state`` where one is given."""
        assert self._probe.stdin is not None
        assert self._probe.stdout is not None
        self._probe.stdin.write(json.dumps({"names": names, "state": state}) + "\n")
        self._probe.stdin.flush()
        answer: dict[str, Any] | None = json.loads(self._probe.stdout.readline())
        return answer

    def wait_for(self, name: str, timeout_s: float = 90.0, *, text: str = "", state: str = "") -> dict[str, Any]:
        """Look again until the control is there, in ``state``, and holds ``text`` in its name, text or description."""
        deadline = time.monotonic() + timeout_s
        found: dict[str, Any] | None = None
        while time.monotonic() < deadline:
            found = self.look(name, state=state)
            words = " ".join((found["name"], found["text"], found["description"])) if found else ""
            if found and text in words:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{name!r} with {text!r} did not show; last seen: {found}")

    def click(self, name: str, button: int = 1, *, state: str = "") -> None:
        """Click in the middle of a control, once it is in ``state`` where one is given."""
        place = self.wait_for(name, state=state)
        x, y = place["x"] + place["width"] // 2, place["y"] + place["height"] // 2
        self._xdotool("mousemove", str(x), str(y), "click", str(button))

    def wheel(self, name: str, steps: int) -> None:
        """Turn the wheel over a control; positive is towards the next image."""
        place = self.wait_for(name)
        x, y = place["x"] + place["width"] // 2, place["y"] + place["height"] // 2
        self._xdotool("mousemove", str(x), str(y))
        for _ in range(abs(steps)):
            self._xdotool("click", "5" if steps > 0 else "4")
            time.sleep(0.05)

    def drag(self, name: str, dx: int, dy: int, button: int = 1) -> None:
        """Press in the middle of a control, move, release."""
        place = self.wait_for(name)
        x, y = place["x"] + place["width"] // 2, place["y"] + place["height"] // 2
        self._xdotool("mousemove", str(x), str(y), "mousedown", str(button))
        for step in range(1, 11):
            self._xdotool("mousemove", str(x + dx * step // 10), str(y + dy * step // 10))
            time.sleep(0.02)
        self._xdotool("mouseup", str(button))

    def press(self, *keys: str) -> None:
        """Press keys, as xdotool writes them."""
        for key in keys:
            self._xdotool("key", "--clearmodifiers", key)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        """Type text."""
        self._xdotool("type", "--delay", "15", text)

    def bring_forward(self, title: str) -> None:
        """Bring the window of that title before the others, as with Alt+Tab."""
        self._xdotool("search", "--onlyvisible", "--name", f"^{title}$", "windowactivate", "--sync")

    def screenshot(self, path: Path, crop: str = "") -> Path:
        """A picture of all monitors, or of ``crop`` (WxH+X+Y)."""
        words = ["import", "-window", "root", *(["-crop", crop, "+repage"] if crop else []), str(path)]
        subprocess.run(words, env=self.environment, check=True)
        return path

    def unplug(self, monitor: str) -> None:
        """Take a monitor away."""
        subprocess.run(["xrandr", "--delmonitor", monitor], env=self.environment, check=True, capture_output=True)

    def plug(self, monitor: str, geometry: str) -> None:
        """Bring a monitor back."""
        words = ["xrandr", "--setmonitor", monitor, geometry, "none"]
        subprocess.run(words, env=self.environment, check=True, capture_output=True)

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, capture_output=True)


@contextmanager
def a_desktop() -> Iterator[Desktop]:
    """Three monitors with everything a person and a screen reader need; all of it ends with the block."""
    require_tools()
    processes: list[subprocess.Popen[Any]] = []
    with virtual_monitors() as environment:
        try:
            bus = subprocess.Popen(
                ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
            processes.append(bus)
            assert bus.stdout is not None
            # A key that a busy machine holds down for long must not repeat itself.
            subprocess.run(["xset", "r", "off"], env=environment, check=True)
            environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
            environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
            launcher = next(path for path in _LAUNCHERS if Path(path).exists())
            processes.append(
                subprocess.Popen(
                    [launcher, "--launch-immediately"],
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            time.sleep(0.5)
            probe = subprocess.Popen(
                ["/usr/bin/python3", str(_PROBE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
            processes.append(probe)
            yield Desktop(environment, probe)
        finally:
            for process in reversed(processes):
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        stream.close()
                process.terminate()
                process.wait(timeout=10)
