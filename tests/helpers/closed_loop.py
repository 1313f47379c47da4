"""A display, a meter on its glass and the real programs around it: what a whole run of QA is driven with from outside.

The meter is the stand-in of `fake_spotread`: a `spotread` on the path that reads the pixel under its probe from the X
server. Nothing in the programs knows of it. ``LIGHTBOX_PICTURES=FOLDER`` leaves pictures of the main moments there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image

from calibration.records.folder import records_folder
from calibration.records.record import CalibrationRecord, CheckRecord
from calibration.records.record_book import RecordBook
from tests.e2e.desktop import Desktop
from tests.helpers.fake_spotread import install_fake_spotread, pixel_at, readings_taken, set_panel
from tests.helpers.tiny_studies import write_tiny_studies
from workstation.foundation.clock import SystemClock

OPERATOR = "A. Weber"
LEFT_MONITOR = "2048/338x2560/422+1920+0"
PROBE = (1920 + 1024, 1280)
"""The middle of DIAG-L, where the meter is held, on the desktop."""
GREYS, FIELDS = 256, 16
_ROOT = Path(__file__).resolve().parents[2]
_PAGES = (
    "Choose a check",
    "Instruction page",
    "Waiting page",
    "Question page",
    "Number page",
    "Measuring page",
    "Pause page",
    "Verdict page",
)


class QaRoom:
    """The desk with its three monitors, one of them (DIAG-L) with a meter on it.

    Attributes
    ----------
    data
        The ``--data-dir`` of every program that is started here.
    """

    def __init__(self, desktop: Desktop, folder: Path, **panel: object) -> None:
        self.desktop, self.folder = desktop, folder
        self.data = folder / "data"
        self._meter = folder / "bin"
        facts = {"display": desktop.environment["DISPLAY"], "probe": list(PROBE), **panel}
        environment = install_fake_spotread(self._meter, **facts)
        desktop.environment.update({name: environment[name] for name in ("PATH", "FAKE_SPOTREAD")})

    # --- the meter ------------------------------------------------------------------------------------------------

    def set_panel(self, **facts: object) -> None:
        """Change the panel, the meter or its failure."""
        set_panel(self._meter, **facts)

    @property
    def readings_asked(self) -> int:
        """How often the meter was asked so far."""
        return readings_taken(self._meter)

    @property
    def pixel_under_probe(self) -> int:
        """What the monitor is driven with where the meter lies, 0 to 255."""
        return pixel_at(self.desktop.environment["DISPLAY"], *PROBE)

    # --- programs -------------------------------------------------------------------------------------------------

    def calibration(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the calibration program, to its end."""
        command = [sys.executable, "-m", "calibration", *words, "--data-dir", str(self.data)]
        return subprocess.run(
            command, cwd=_ROOT, env=self.desktop.environment, capture_output=True, text=True, check=False, timeout=200
        )

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A program with windows (``calibration run``, ``workstation demo …``), ended with the block."""
        command = [sys.executable, "-m", *words, "--data-dir", str(self.data)]
        with (self.folder / f"{words[0]}-said.txt").open("ab") as said:
            process = subprocess.Popen(command, cwd=_ROOT, env=self.desktop.environment, stdout=said, stderr=said)
            try:
                yield process
            finally:
                process.terminate()
                process.wait(timeout=40)

    # --- what is on record ----------------------------------------------------------------------------------------

    @contextmanager
    def book(self) -> Iterator[RecordBook]:
        """The records, opened as another program does."""
        with RecordBook.open(records_folder(self.data), SystemClock()) as book:
            yield book

    def checks(self) -> list[CheckRecord]:
        """Checks on record, oldest first."""
        with self.book() as book:
            return [each.record for each in book.records(kind="check") if isinstance(each.record, CheckRecord)]

    def calibrations(self) -> list[CalibrationRecord]:
        """Calibrations on record, oldest first."""
        with self.book() as book:
            found = [each.record for each in book.records(kind="calibration")]
        return [record for record in found if isinstance(record, CalibrationRecord)]

    def readings_kept(self) -> list[float]:
        """Luminances in the journal of the check that is open, in the order of reading (cd/m²)."""
        with self.book() as book:
            runs = book.journal.open_runs()
            entries = book.journal.entries(runs[0].run_id) if runs else ()
        return [float(entry["reading"]["luminance_cd_m2"]) for entry in entries if entry.get("do") == "reading"]

    # --- the guided window ----------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The page of the guided window that is in front; empty when there is none."""
        found = self.desktop.look(*_PAGES)
        return "" if found is None else str(found["name"])

    def said(self, name: str) -> str:
        """What a label of the window says."""
        found = self.desktop.look(name)
        return "" if found is None else str(found["description"])

    def wait_page(self, *names: str, timeout_s: float = 60.0) -> str:
        """Until one of these pages is in front; says which."""
        deadline = time.monotonic() + timeout_s
        page = ""
        while time.monotonic() < deadline:
            page = self.page
            if page in names:
                return page
            time.sleep(0.1)
        raise AssertionError(f"none of {names} came to the front; {page!r} is")

    def begin(self, *, with_meter: bool = True) -> None:
        """On the first page: the name where it is not remembered, the meter, Begin."""
        desktop = self.desktop
        if not desktop.wait_for("Operator", state="editable")["text"]:
            desktop.click("Operator", state="editable")
            desktop.type(OPERATOR)
            desktop.wait_for("Operator", state="editable", text=OPERATOR)
        if with_meter:
            desktop.click("Find the meter")
            desktop.wait_for("Meter found", text="Ready")
        desktop.click("Action", state="enabled")

    def go_through(self, *, timeout_s: float = 180.0) -> None:
        """Do what each page says until the verdict (or a pause) is shown."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            page = self.page
            if page in ("Verdict page", "Pause page"):
                return
            self.do_page(page)
            time.sleep(0.15)
        raise AssertionError(f"still on {self.page!r}: {self.said('Step and time left')}")

    def do_page(self, page: str = "") -> None:
        """What the page in front asks for; pages that go on by themselves want nothing."""
        desktop, page = self.desktop, page or self.page
        if page == "Instruction page":
            desktop.press("Return")
        elif page == "Question page":
            is_depth = "finely" in self.said("Instruction, question")
            desktop.press("3" if is_depth else "1")  # 18 levels are enough for a smooth panel; else the usual answer
        elif page == "Number page":
            desktop.press("alt+m")
            desktop.wait_for("Number", text=".", state="editable")
            desktop.press("Return")

    def picture(self, name: str, crop: str = "1920x1080+0+0") -> None:
        """Leave a picture where somebody wants one; of the report monitor unless told otherwise (empty: all)."""
        folder = os.environ.get("LIGHTBOX_PICTURES", "")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.desktop.screenshot(Path(folder) / f"{name}.png", crop)


def write_grey_study(folder: Path) -> Path:
    """A radiograph below ``folder`` of 16 x 16 fields, one of each P-value: 0 at the top left, then line by line."""
    key = "cr-chest"
    write_tiny_studies(folder / "all", keys=("head", "prior", key))
    (made,) = (folder / "all" / key).glob("*.dcm")
    dataset = pydicom.dcmread(made)
    fields = np.arange(GREYS, dtype=np.uint8).reshape(FIELDS, FIELDS)
    dataset.PixelData = np.kron(fields, np.ones((40, 32), dtype=np.uint8)).tobytes()
    dataset.Rows, dataset.Columns = 40 * FIELDS, 32 * FIELDS
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.WindowCenter, dataset.WindowWidth = 128, 256  # PS3.3 C.11.2.1.2.1: every value stays as it is
    dataset.PresentationLUTShape = "IDENTITY"
    kept = folder / "studies" / key
    kept.mkdir(parents=True)
    dataset.save_as(kept / made.name)
    return kept.parent


@dataclass(frozen=True)
class GreyPicture:
    """What a monitor is driven with inside a viewport that shows the study of `write_grey_study`.

    Attributes
    ----------
    fields
        By P-value, uint8 (256,): the commonest value around the middle of each field (text may lie on its edge).
    values
        Every value there is on the image, sorted; without the top and bottom, where text lies.
    """

    fields: NDArray[np.uint8]
    values: NDArray[np.uint8]
    pixels: NDArray[np.uint8] = field(repr=False)


def grey_picture(desktop: Desktop, viewport: Mapping[str, int], path: Path) -> GreyPicture:
    """Look at the screen: nothing but the X server is asked."""
    left, top, width, height = (viewport[key] for key in ("x", "y", "width", "height"))
    desktop.screenshot(path, f"{width}x{height}+{left}+{top}")
    colours = np.asarray(Image.open(path).convert("RGB"))
    middle = colours[height // 3 : -height // 3, 10:-10]
    assert (middle == middle[..., :1]).all(), "the image is grey"
    scale = min(width / (32 * FIELDS), height / (40 * FIELDS))
    places = np.arange(FIELDS) - (FIELDS - 1) / 2
    columns = np.round(width / 2 + places * 32 * scale).astype(int)
    rows = np.round(height / 2 + places * 40 * scale).astype(int)
    patches = [colours[y - 12 : y + 13, x - 12 : x + 13, 0] for y in rows for x in columns]
    commonest = [np.bincount(patch.ravel(), minlength=GREYS).argmax() for patch in patches]
    return GreyPicture(np.array(commonest, dtype=np.uint8), np.unique(middle[..., 0]), middle[..., 0])
