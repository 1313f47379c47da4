#!/usr/bin/env python3
"""Lightbox from a clone: `python3 run.py demo` or `python3 run.py test`. Standard library only.

    demo    set up what is missing, then run the main job on a demo site: the application where there is a screen,
            else the whole job by itself on virtual monitors, leaving screenshots and the report in demo-out/
    test    set up (with the test servers and oracles), run the checks, then every test, in two runs side by side; words
            after it go to pytest, in one run
    check   set up, then formatting, lint, types and layers
    bench   set up, then measure: `bench imaging|calibration|dictation [--json]`; both sides in turn, medians, a table
    fuzz    set up, then feed broken images to the program: `fuzz [--minutes 10] [--seed N]`
    soak    set up, then the full counts of what `test` only samples: `soak imaging|calibration|dictation`
    docs    set up, then build the manual into site/

Set-up is done once: system packages through apt when some are missing, a virtual environment in .venv, the locked
dependencies with their hashes, and compiled bytecode.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
OUT = ROOT / "demo-out"
STAMP = VENV / "lightbox.stamp"

# fmt: off
PROGRAM_PACKAGES = [  # what Qt, fonts and the virtual environment need on a bare Debian or Ubuntu
    "python3-venv", "libgl1", "libegl1", "libdbus-1-3", "libfontconfig1", "libglib2.0-0", "libxkbcommon0",
    "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0",
    "libxcb-render-util0", "libxcb-shape0", "libxcb-util1", "libxcb-xinerama0", "libxcb-xkb1",
    "libportaudio2",
]
VIRTUAL_SCREEN_PACKAGES = ["xvfb", "openbox", "x11-xserver-utils"]
TEST_PACKAGES = [
    "orthanc", "orthanc-dicomweb", "dcmtk", "dicom3tools", "pulseaudio", "poppler-utils", "xdotool", "dbus", "dbus-x11",
    "at-spi2-core", "python3-pyatspi", "gir1.2-atspi-2.0", "imagemagick", "argyll", "ddcutil", "edid-decode",
    "pulseaudio-utils", "libasound2-plugins", "espeak-ng", "libfst-tools", "libfst22-plugins-base",
]
# fmt: on


def say(text: str) -> None:
    print(f"[lightbox] {text}", flush=True)


def stop(text: str) -> NoReturn:
    """End with one plain line."""
    raise SystemExit(f"[lightbox] {text}")


def call(words: Sequence[str], **options: object) -> int:
    return subprocess.run(words, check=False, **options).returncode  # type: ignore[call-overload,no-any-return]


# --- set-up -------------------------------------------------------------------------------------------------------


def installed_packages() -> set[str]:
    """Names of installed Debian packages, with the names they provide."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Provides}\n"]
    lines = subprocess.run(query, check=True, capture_output=True, text=True).stdout.splitlines()
    words = (line.replace(",", " ").split() for line in lines)
    return {name for status, *names in words if status == "installed" for name in names}


def install_system_packages(wanted: Sequence[str]) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        say("no apt here: system packages are taken to be present")
        return
    missing = sorted(set(wanted) - installed_packages())
    if sys.prefix != "/usr":  # a python from elsewhere brings its own venv
        missing = [name for name in missing if name != "python3-venv"]
    if not missing:
        return
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
    if apt[0] == "sudo" and not shutil.which("sudo"):
        stop(f"these system packages are missing and there is no sudo; ask for: apt-get install {' '.join(missing)}")
    say(f"installing {len(missing)} system packages: {' '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = ROOT / ".setup.log"
    with log.open("ab") as output:
        for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            if call([*apt, *words], env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL):
                stop(f"apt-get {words[0]} failed; what it said is in {log}")


def set_up_environment(*, for_tests: bool) -> None:
    """The virtual environment with the locked dependencies, made again when a lock changes."""
    names = ["requirements.lock", "requirements-speech.lock", *(["requirements-dev.lock"] if for_tests else [])]
    locks = [ROOT / name for name in names]
    recipe = [*locks, ROOT / "pyproject.toml"]
    fingerprint = hashlib.sha256(b"".join(file.read_bytes() for file in recipe)).hexdigest() + sys.version
    stamps = STAMP.read_text("utf-8") if STAMP.is_file() else ""
    if fingerprint in stamps:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        say("making the virtual environment .venv")
        if call([sys.executable, "-m", "venv", str(VENV)]):
            stop("python3 cannot make a virtual environment; install python3-venv and try again")
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    say("installing the locked dependencies")
    with (ROOT / ".setup.log").open("ab") as log:
        words = [*pip, "--require-hashes", *(word for lock in locks for word in ("-r", str(lock)))]
        ours = [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
        for step in (words, ours):
            if call(step, stdout=log, stderr=log):
                stop(f"pip could not install everything; what it said is in {ROOT / '.setup.log'}")
    say("compiling bytecode")
    call([str(BIN / "python"), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")], stderr=subprocess.DEVNULL)
    STAMP.write_text(f"{stamps}{fingerprint}\n", "utf-8")


def set_up(packages: Sequence[str], *, for_tests: bool) -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        stop(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}")
    began = time.monotonic()
    install_system_packages(packages)
    set_up_environment(for_tests=for_tests)
    for package in ("workstation", "calibration"):
        call([str(BIN / "python"), "-m", "compileall", "-q", str(ROOT / package)])
    say(f"set-up is complete ({time.monotonic() - began:.0f} s)")


# --- virtual monitors ---------------------------------------------------------------------------------------------

MONITORS = (  # name, pixels and millimetres of a report monitor and two 5-megapixel portrait monitors
    ("REPORT", "1920/508x1080/286+0+0", "screen"),
    ("DIAG-L", "2048/338x2560/422+1920+0", "none"),
    ("DIAG-R", "2048/338x2560/422+3968+0", "none"),
)


@contextlib.contextmanager
def virtual_monitors() -> Iterator[dict[str, str]]:
    """An X server of our own with three monitors and a window manager; gives the environment to use it in.

    `-noreset` keeps the monitors when the tool that made them disconnects.
    """
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "6016x2560x24", "-dpi", "96", "-noreset", "-nolisten", "tcp"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    manager = None
    quiet = subprocess.DEVNULL
    try:
        assert server.stdout is not None  # noqa: S101 - asked for above
        number = server.stdout.readline().strip()
        if not number:
            stop("the virtual X server (Xvfb) did not start")
        environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1"}
        for name, geometry, output in MONITORS:
            call(["xrandr", "--setmonitor", name, geometry, output], env=environment, stdout=quiet, stderr=quiet)
        style = ROOT / "resources" / "demo_site" / "openbox.xml"  # windows without frames, as on a reading desk
        words = ["openbox", "--config-file", str(style)]
        manager = subprocess.Popen(words, env=environment, stdout=quiet, stderr=quiet)
        yield environment
    finally:
        for process in (manager, server):
            if process is not None:
                process.terminate()
                process.wait(timeout=10)
        if server.stdout is not None:
            server.stdout.close()


# --- tasks --------------------------------------------------------------------------------------------------------


def demo(words: Sequence[str]) -> int:
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or os.name == "nt"
    set_up([*PROGRAM_PACKAGES, *([] if has_screen else VIRTUAL_SCREEN_PACKAGES)], for_tests=False)
    program = str(BIN / "workstation")
    if has_screen:
        say("opening Lightbox on the demo site; log in as dr.demo with the password demo")
        return call([program, "demo", *words])
    say("no screen here: playing the whole job on virtual monitors")
    OUT.mkdir(exist_ok=True)
    with virtual_monitors() as environment:
        job = [program, "demo", "--script", "--json", "--out", str(OUT), "--screenshots", str(OUT), *words]
        code = call(job, env=environment)
    say(f"the report and the screenshots are in {OUT}" if code == 0 else f"the job ended with exit code {code}")
    return code


def check(words: Sequence[str]) -> int:
    set_up(PROGRAM_PACKAGES, for_tests=True)
    if words:
        stop("check takes no words after it")
    return run_checks()


def run_checks() -> int:
    failed = []
    for name, *arguments in (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports",),
    ):
        say(" ".join((name, *arguments)))
        if call([str(BIN / name), *arguments], cwd=ROOT):
            failed.append(name)
    say("all checks passed" if not failed else f"checks failed: {', '.join(failed)}")
    return 1 if failed else 0


def test(words: Sequence[str]) -> int:
    set_up([*PROGRAM_PACKAGES, *VIRTUAL_SCREEN_PACKAGES, *TEST_PACKAGES], for_tests=True)
    code = run_checks()
    pytest = [str(BIN / "python"), "-m", "pytest"]
    if words:
        return call([*pytest, *words], cwd=ROOT) or code
    return run_both([*pytest, "tests/e2e", "-p", "no:cacheprovider"], [*pytest, "--ignore=tests/e2e"]) or code


def run_both(windows: Sequence[str], others: Sequence[str]) -> int:
    """Two test runs side by side, because the one waits a lot: for windows, sound and other people's servers."""
    say("the tests of the whole program run beside the others; what they say comes at the end")
    with tempfile.TemporaryFile() as said, subprocess.Popen(windows, cwd=ROOT, stdout=said, stderr=said) as beside:
        code = call(others, cwd=ROOT)
        beside.wait()
        said.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
    return code or beside.returncode


def bench(words: Sequence[str]) -> int:
    set_up([*PROGRAM_PACKAGES, *VIRTUAL_SCREEN_PACKAGES], for_tests=True)
    with virtual_monitors() as environment:
        return call([str(BIN / "python"), str(ROOT / "tests" / "perf" / "bench.py"), *words], env=environment)


def fuzz(words: Sequence[str]) -> int:
    set_up([*PROGRAM_PACKAGES, *TEST_PACKAGES], for_tests=True)
    return call([str(BIN / "python"), str(ROOT / "tests" / "fuzz" / "fuzz_images.py"), *words])


SOAKS = {
    "imaging": ("tests/golden",),
    "calibration": ("tests/soak", "tests/e2e/test_calibration_measure.py", "tests/e2e/test_meter_failures.py"),
    "dictation": ("tests/unit/dictation", "tests/e2e/test_microphone.py", "tests/e2e/test_dictated_reports.py"),
}


def soak(words: Sequence[str]) -> int:
    if not words or words[0] not in SOAKS:
        stop(f"say which part: soak {' or soak '.join(SOAKS)}")
    set_up([*PROGRAM_PACKAGES, *VIRTUAL_SCREEN_PACKAGES, *TEST_PACKAGES], for_tests=True)
    environment = {**os.environ, "LIGHTBOX_FULL": "1"}
    places = [str(ROOT / place) for place in SOAKS[words[0]]]
    command = [str(BIN / "python"), "-m", "pytest", *places, "--timeout=3600", "-s", *words[1:]]
    return call(command, cwd=ROOT, env=environment)


def docs(words: Sequence[str]) -> int:
    set_up(PROGRAM_PACKAGES, for_tests=True)
    return call([str(BIN / "mkdocs"), "build", "--strict", *words], cwd=ROOT)


TASKS = {"demo": demo, "test": test, "check": check, "bench": bench, "fuzz": fuzz, "soak": soak, "docs": docs}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        raise SystemExit(__doc__)
    raise SystemExit(TASKS[sys.argv[1]](sys.argv[2:]))
