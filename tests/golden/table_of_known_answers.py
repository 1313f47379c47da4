"""Verdicts that are known beforehand: synthetic displays, what is wrong with them, and max |k| that must come out.

`python tests/golden/table_of_known_answers.py` prints the table as Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from calibration.conformance.judge import judge  # noqa: E402 - the root must be known first
from calibration.conformance.policy import load_policies  # noqa: E402
from calibration.conformance.quantities import quantities_of  # noqa: E402
from calibration.gsdf.lut_building import build_lut, predicted_luminance  # noqa: E402
from calibration.gsdf.response import Response  # noqa: E402
from tests.helpers.dcmtk_displays import gamma_panel  # noqa: E402
from tests.helpers.measured_displays import LEVELS_18, perfect, provided, series_of  # noqa: E402

_PANEL = (0.5, 410.0)  # Lmin and Lmax of the gamma panels, cd/m²
_LAMB = 0.25  # ambient light on them
_POLICY, _ROLE = "tg18", "diagnostic"


@dataclass(frozen=True)
class Answer:
    """One display.

    Attributes
    ----------
    luminance
        float64, (18,): what a meter without ambient light reads.
    ambient_cd_m2
        Lamb while it is judged.
    percent, verdict
        max |k| in per cent to one decimal place, and the verdict of the contrast rule alone.
    """

    title: str
    luminance: NDArray[np.float64]
    ambient_cd_m2: float
    percent: float
    verdict: str


@dataclass(frozen=True)
class Line:
    """What came out for one display: max |k| in per cent, verdict of the contrast rule, and where it is worst."""

    answer: Answer
    percent: float
    verdict: str
    detail: str


def answers() -> tuple[Answer, ...]:
    """Every display whose verdict is known."""
    panel = gamma_panel(*_PANEL)
    fine = perfect(1.0, 350.0, 0.2)
    return (
        Answer("perfect, 1 to 350 cd/m², ambient 0.2", fine, 0.2, 0.0, "PASS"),
        Answer("gamma 2.2 panel, 0.5 to 410 cd/m², ambient 0.25, bare", panel[LEVELS_18], _LAMB, 55.8, "FAIL"),
        Answer("the same through its LUT of 8 bits", _through_lut(8), _LAMB, 5.6, "PASS"),
        Answer("the same through its LUT of 10 bits", _through_lut(10), _LAMB, 1.9, "PASS"),
        Answer("made without ambient light, seen with 1.0 cd/m²", perfect(1.0, 350.0, 0.0), 1.0, 21.9, "FAIL"),
        Answer("perfect, backlight dimmed by 20 %", fine * 0.8, 0.2, 4.5, "PASS"),
        Answer("perfect but for one level read 2 % high", _bumped(fine, 1.02), 0.2, 6.9, "PASS"),
        Answer("perfect but for one level read 5 % high", _bumped(fine, 1.05), 0.2, 17.0, "FAIL"),
    )


def distinct_levels() -> dict[int, int]:
    """Bits of the LUT → how many of 256 grey levels it keeps apart."""
    return {bits: build_lut(Response(_panel(bits)), _LAMB).distinct_levels for bits in (8, 10)}


def lines() -> Iterator[Line]:
    """A line for each display, judged as a check is."""
    policy = load_policies()[_POLICY]
    for answer in answers():
        quantities = quantities_of([series_of(answer.luminance)], provided(answer.ambient_cd_m2), None)
        contrast = judge(policy, _ROLE, quantities).rules[0]
        assert contrast.value is not None
        yield Line(answer, 100 * contrast.value, contrast.verdict.value, contrast.detail)


def as_markdown(found: Sequence[Line]) -> str:
    """The table."""
    rows = [
        f"| {line.answer.title} | {line.answer.percent:.1f} % | {line.percent:.2f} % | {line.verdict} | {line.detail} |"
        for line in found
    ]
    kept = ", ".join(f"{count} of 256 at {bits} bits" for bits, count in distinct_levels().items())
    head = [f"| display | known | max abs k | verdict ({_POLICY}, {_ROLE}) | worst |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"Grey levels that the LUTs keep apart: {kept}."])


def _panel(bits: int) -> NDArray[np.float64]:
    return gamma_panel(*_PANEL, levels=1 << bits)


def _through_lut(bits: int) -> NDArray[np.float64]:
    """What P-values of the 18 levels give on the panel driven through its LUT."""
    response = Response(_panel(bits))
    return predicted_luminance(response, build_lut(response, _LAMB))[LEVELS_18]


def _bumped(luminance: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """One level in the middle of the scale off by a factor."""
    changed = luminance.copy()
    changed[8] *= factor
    return changed


if __name__ == "__main__":
    print(as_markdown(list(lines())))  # noqa: T201
