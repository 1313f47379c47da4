"""A stand-in for Argyll's spotread: the same arguments, output and failures, with a panel behind it.

It reads the pixel under its probe from the X server (`DISPLAY`) and tells what a panel of known luminances would give
there. Nothing in the program knows of it: it stands on the path under the name of the real one.

What it is like comes from the JSON file that ``FAKE_SPOTREAD`` names (read anew at each call, so that a test can change
it while the program runs); the variables PROBE_X, PROBE_Y, PANEL_LMIN, PANEL_LMAX, PANEL_GAMMA, PANEL_NOISE and
PANEL_AMBIENT go first. Only the standard library, and little of it: a call takes some 30 ms.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

MODEL: dict[str, object] = {
    "probe": [0, 0],
    "display": "",  # DISPLAY of the X server; the environment's when empty
    "level": None,  # a fixed DDL instead of a pixel
    "luminance_min": 0.6,
    "luminance_max": 410.0,
    "gamma": 2.2,
    "response": None,  # luminance of every DDL, instead of the gamma curve
    "noise": 0.0,  # relative standard deviation of one reading
    "ambient": 0.0,  # cd/m² on top of every reading
    "drift": 0.0,  # relative change from one reading to the next
    "white": [0.3127, 0.3290],
    "lux": 35.0,
    "has_diffuser": True,
    "instruments": 1,
    "model": "Synthetic Colorimeter",
    "serial": "SYN-0001",
    "failure": "",
    "from_reading": 0,  # the failure begins at this reading (0 is the first) ...
    "until_reading": None,  # ... and ends before this one
    "wrong_probe": [0, 0],
    "jump": 0.5,
    "child_pid_file": "",
}
FAILURES = (
    "hang",
    "hang-with-child",
    "no-instrument",
    "rc1",
    "init",
    "no-answer",
    "no-access",
    "busy",
    "misread",
    "sensor-position",
    "communication",
    "needs-calibration",
    "fatal",
    "flood",
    "garbage",
    "empty",
    "half-a-line",
    "nan",
    "negative",
    "absurd",
    "comma",
    "two-luminances",
    "stuck",
    "wrong-spot",
    "jump",
    "other-serial",
)
PROMPT = "\nPlace instrument on spot to be measured,\nHit ESC or Q to exit, any other key to take a reading: "


# ---- for tests ------------------------------------------------------------------------------------------------------


def install_fake_spotread(folder: Path, **model: object) -> dict[str, str]:
    """Put the stand-in into ``folder``; return an environment in which it is the `spotread` on the path."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "spotread"
    # -I -S: nothing but the standard library, which makes a call three times as fast.
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{Path(__file__).resolve()}" "$@"\n')
    program.chmod(0o755)
    set_panel(folder, **model)
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "FAKE_SPOTREAD": str(folder / "panel.json")}


def set_panel(folder: Path, **model: object) -> None:
    """Change some facts of the panel or the meter; the others stay."""
    unknown = model.keys() - MODEL.keys()
    if unknown or model.get("failure", "") not in ("", *FAILURES):
        raise ValueError(f"the stand-in does not know {unknown or model['failure']}")
    path = folder / "panel.json"
    present = json.loads(path.read_text()) if path.exists() else {}
    neighbour = path.with_suffix(".part")
    neighbour.write_text(json.dumps({**present, **model}))
    neighbour.replace(path)


def readings_taken(folder: Path) -> int:
    """How many readings were asked for so far."""
    path = folder / "panel.json.count"
    return int(path.read_text() or 0) if path.exists() else 0


# ---- the program ----------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """What spotread does with these arguments."""
    options = _options(arguments)
    if options is None:
        sys.stderr.write("usage: spotread [-options] [logfile]\n")
        return 1
    model = _model()
    count = _count()
    failure = str(model["failure"])
    last = model["until_reading"]
    if count < int(str(model["from_reading"])) or (last is not None and count >= int(str(last))):
        failure = ""
    port = int(options.get("-c", "1"))
    if failure == "no-instrument" or port > int(str(model["instruments"])):
        sys.stderr.write(f"spotread: Error - No instrument at port {port}\n")
        return 1
    if _fails(failure, model):
        return 1 if failure in ("rc1", "no-access") else 255
    if "-v" in options:
        serial = "SYN-0002" if failure == "other-serial" else model["serial"]
        _say("Connecting to the instrument ..\n")
        _say(f"Instrument Type:   {model['model']}\nSerial Number:     {serial}\nFirmware version:  1.0\n")
        _say("Init instrument success !\n")
    if "-a" in options and not model["has_diffuser"]:
        _say("Requested ambient light capability,\nand instrument doesn't support it.\n")
        return 255
    _say(PROMPT)
    _say(_result(options, model, failure, count))
    return 0


def _options(arguments: list[str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    rest = iter(arguments)
    for each in rest:
        if each in ("-v", "-e", "-a", "-x", "-u", "-O", "-N"):
            found[each] = ""
        elif each in ("-c", "-y", "-X", "-Q"):
            found[each] = next(rest, "")
        else:
            return None
    return found


def _model() -> dict[str, object]:
    model = dict(MODEL)
    path = os.environ.get("FAKE_SPOTREAD")
    if path and os.path.exists(path):  # noqa: PTH110 - faster
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123
            model.update(json.load(stream))
    for variable, key in (
        ("PANEL_LMIN", "luminance_min"),
        ("PANEL_LMAX", "luminance_max"),
        ("PANEL_GAMMA", "gamma"),
        ("PANEL_NOISE", "noise"),
        ("PANEL_AMBIENT", "ambient"),
    ):
        if variable in os.environ:
            model[key] = float(os.environ[variable])
    if "PROBE_X" in os.environ:
        model["probe"] = [int(os.environ["PROBE_X"]), int(os.environ.get("PROBE_Y", "0"))]
    return model


def _count() -> int:
    """Number of this reading, counted from 0 in a file beside the model."""
    path = os.environ.get("FAKE_SPOTREAD")
    if not path:
        return 0
    import fcntl

    with open(f"{path}.count", "a+", encoding="ascii") as stream:  # noqa: PTH123
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        count = int(stream.read() or 0)
        stream.truncate(0)
        stream.write(str(count + 1))
    return count


def _fails(failure: str, model: dict[str, object]) -> bool:
    """Play a failure; True when the program is to end with it. Some never end, as with the real one."""
    ends = {
        "rc1": "",
        "init": "Instrument initialisation failed with 'Communications failure' (USB read failed)!\n",
        "no-access": "usb_open_port: open '/dev/bus/usb/001/004' failed (Permission denied)\n",
        "busy": "usb_open_port: open 'usb33: (Synthetic)' config 1 failed (0xe00002c5) (Device being used ?)\n",
        "fatal": "\n\nGot fatal error 'Internal software error' (Unexpected value)\n",
        "no-answer": "Failed to initialise communications with instrument\n",
    }
    asks = {
        "misread": "\n\nSpot read failed due to misread (Inconsistent light)\n",
        "communication": "\n\nSpot read failed due to communication problem.\n",
        "needs-calibration": "\nSpot read needs a calibration before continuing\n\nPlace the instrument on its tile,\n",
    }
    if failure in ends:
        _say(ends[failure])
        return True
    if failure in asks:
        _say(f"{PROMPT}{asks[failure]}Hit Esc or Q to give up, any other key to retry:")
        sys.stdin.readline()
        return True
    if failure == "sensor-position":
        while True:
            _say(f"{PROMPT}\n\nSpot read failed due to the sensor being in the wrong position\n(Wrong position)\n")
    if failure == "flood":
        while True:
            _say("x" * 1000 + "\n")
    if failure in ("hang", "hang-with-child"):
        _hang(model, with_child=failure == "hang-with-child")
    return False


def _hang(model: dict[str, object], *, with_child: bool) -> None:
    import signal
    import time

    if with_child:  # a child that outlives its parent and does not listen to polite requests
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        else:
            with open(str(model["child_pid_file"]), "w", encoding="ascii") as stream:  # noqa: PTH123
                stream.write(str(child))
    while True:
        time.sleep(60)


def _result(options: dict[str, str], model: dict[str, object], failure: str, count: int) -> str:
    odd = {
        "garbage": "\x00\x7f\ufffd\x1b[2J;;;###\n",
        "empty": "",
        "half-a-line": "\n Result is XYZ: 31.3",
        "nan": "\n Result is XYZ: nan nan nan, Yxy: nan nan nan\n",
        "negative": "\n Result is XYZ: -1.200000 -1.300000 -1.400000, Yxy: -1.300000 0.312700 0.329000\n",
        "absurd": "\n Result is XYZ: 94000.0 99000.0 99000.0, Yxy: 99000.0 0.312700 0.329000\n",
        "comma": "\n Result is XYZ: 31,3 33,0 35,9, Yxy: 33,0 0,3127 0,3290\n",
        "two-luminances": "\n Result is XYZ: 31.300000 33.000000 35.900000, Yxy: 99.000000 0.312700 0.329000\n",
    }
    if failure in odd:
        return odd[failure]
    x, y = (float(part) for part in model["white"])  # type: ignore[attr-defined]
    lines = ""
    if "-a" in options:
        luminance = float(str(model["lux"]))
        lines = f" Ambient = {luminance:.1f} Lux, CCT = 4100K (Duv 0.0010)\n"
    else:
        luminance = _luminance(model, failure, count)
    big_x, big_z = luminance * x / y, luminance * (1 - x - y) / y
    below = -2 * x + 12 * y + 3
    other = f"D50 Lab: {luminance:f} 0.000000 0.000000"
    if "-x" in options:
        other = f"Yxy: {luminance:f} {x:f} {y:f}"
    if "-u" in options:
        other = f"Yuv: {luminance:f} {4 * x / below:f} {9 * y / below:f}"
    return f"\n Result is XYZ: {big_x:f} {luminance:f} {big_z:f}, {other}\n{lines}"


def _luminance(model: dict[str, object], failure: str, count: int) -> float:
    low, high, gamma = (float(str(model[key])) for key in ("luminance_min", "luminance_max", "gamma"))
    if failure == "stuck":
        return 0.2 * high
    level = model["level"]
    if level is None:
        place = model["wrong_probe"] if failure == "wrong-spot" else model["probe"]
        level = pixel_at(str(model["display"]) or os.environ["DISPLAY"], *(int(part) for part in place))  # type: ignore[attr-defined]
    response = model["response"]
    luminance = low + (high - low) * (float(str(level)) / 255) ** gamma
    if isinstance(response, list):
        luminance = float(response[int(str(level))])
    luminance += float(str(model["ambient"]))
    luminance *= (1 + float(str(model["drift"]))) ** count * (1 + float(str(model["noise"])) * _gauss())
    return luminance * (float(str(model["jump"])) if failure == "jump" else 1.0)


def _gauss() -> float:
    """A normal deviate: the sum of twelve even ones (random needs 8 ms to import)."""
    return sum(int.from_bytes(os.urandom(4), "big") / 2**32 for _ in range(12)) - 6


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


# ---- one pixel, asked from the X server in its own protocol -----------------------------------------------------


def pixel_at(display: str, x: int, y: int) -> int:
    """Green of the root window's pixel at ``(x, y)``, 0 to 255 (X11 protocol: connection setup, then GetImage)."""
    import socket
    import struct

    number = display.rpartition(":")[2].partition(".")[0]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(f"/tmp/.X11-unix/X{number}")
        name, data = _cookie(number)
        line.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(data)) + _padded(name) + _padded(data))
        status, _, size = struct.unpack("<B5sH", _take(line, 8))
        setup = _take(line, size * 4)
        if status != 1:
            raise SystemExit("fake spotread: the X server refuses the connection")
        vendor, formats = struct.unpack("<H", setup[16:18])[0], setup[21]
        root = struct.unpack("<I", setup[32 + vendor + -vendor % 4 + 8 * formats :][:4])[0]
        line.sendall(struct.pack("<BBHIhhHHI", 73, 2, 5, root, x, y, 1, 1, 0xFFFFFFFF))
        reply = _take(line, 32)
        if reply[0] != 1:
            raise SystemExit(f"fake spotread: no pixel at {x}, {y}")
        return _take(line, struct.unpack("<I", reply[4:8])[0] * 4)[1]  # blue, green, red, nothing


def _cookie(number: str) -> tuple[bytes, bytes]:
    """Name and data of the authority for a display, from the Xauthority file; empty where it has none."""
    import struct

    path = os.environ.get("XAUTHORITY") or os.path.expanduser("~/.Xauthority")  # noqa: PTH111
    if not os.path.exists(path):  # noqa: PTH110
        return b"", b""
    with open(path, "rb") as stream:  # noqa: PTH123
        content = stream.read()
    while content:
        parts: list[bytes] = []
        content = content[2:]
        for _ in range(4):
            size = struct.unpack(">H", content[:2])[0]
            parts.append(content[2 : 2 + size])
            content = content[2 + size :]
        if parts[1] in (b"", number.encode()):
            return parts[2], parts[3]
    return b"", b""


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _take(line: object, size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        part = line.recv(size - len(taken))  # type: ignore[attr-defined]
        if not part:
            raise SystemExit("fake spotread: the X server hung up")
        taken += part
    return taken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
