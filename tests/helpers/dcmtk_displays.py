"""DCMTK's `dcmdspfn` as the judge of the grayscale function and of display LUTs; panels to try it on."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.helpers.oracles import need

MONITOR_LUT = Path("/usr/share/dcmtk/monitor.lut")
"""The characteristic curve that DCMTK ships, with 256 DDLs and an ambient light of 1.0 cd/m²."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Columns of a file of `dcmdspfn`, one row a DDL, in cd/m² with ambient light, printed to 6 decimals.

    ``after_lut`` is the luminance of the DDL that the LUT gives (PSC); empty for curves without a monitor.
    """

    ddl: NDArray[np.int_]
    gsdf: NDArray[np.float64]
    after_lut: NDArray[np.float64]


def gsdf_by_dcmtk(least: float, most: float, count: int, ambient: float, folder: Path) -> Curve:
    """The GSDF from ``least`` to ``most`` cd/m² without ambient light, at ``count`` levels."""
    return _run(["+Il", str(least), str(most), "+Cd", str(count)], ambient, folder)


def lut_by_dcmtk(luminance: NDArray[np.float64], ambient: float, folder: Path) -> Curve:
    """What DCMTK's own calibration of a monitor with these luminances (256,) gives."""
    file = folder / "panel.lut"
    rows = [f"{ddl} {value:.9f}" for ddl, value in enumerate(luminance)]
    file.write_text("\n".join([f"max {luminance.size - 1}", *rows, ""]), "ascii")
    return _run(["+Im", str(file)], ambient, folder)


def shipped_monitor() -> NDArray[np.float64]:
    """Luminance of each DDL of DCMTK's own monitor, cd/m², (256,)."""
    lines = Path(need(MONITOR_LUT.name, str(MONITOR_LUT))).read_text("ascii").splitlines()
    rows = [line.split() for line in lines]
    return np.array([float(row[1]) for row in rows if len(row) == 2 and row[0].isdigit()])


def gamma_panel(least: float, most: float, gamma: float = 2.2, levels: int = 256) -> NDArray[np.float64]:
    """Luminance of each DDL of a bare panel that follows a power, cd/m², (levels,)."""
    return np.asarray(least + (most - least) * (np.arange(levels) / (levels - 1)) ** gamma)


def _run(words: list[str], ambient: float, folder: Path) -> Curve:
    out = folder / "curve.txt"
    command = [need("dcmdspfn"), *words, "+Ca", str(ambient), "+Og", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    rows = [line.split() for line in out.read_text("ascii").splitlines() if line[:1].isdigit()]
    table = np.array(rows, np.float64)
    levels = table[:, 0].astype(int)
    if "+Im" in words:  # DDL, CC, GSDF, PSC
        return Curve(levels, table[:, 2], table[:, 3])
    return Curve(levels, table[:, 1], np.empty(0))
