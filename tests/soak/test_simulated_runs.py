"""How often verdicts are right when the meter scatters: a sample here, 10,000 runs a display in the soak."""

from __future__ import annotations

import os

import numpy as np
import pytest

from calibration.conformance.contrast import deviations
from calibration.conformance.verdict import VerdictName
from tests.soak.simulated_runs import CASES, LAMB, LEVELS, display, lines, one_step, simulated, table, wave

IS_FULL = os.environ.get("LIGHTBOX_FULL") == "1"
RUNS = 10_000 if IS_FULL else 150


def test_verdicts_are_right_as_often_as_they_must_be() -> None:
    found = list(lines(RUNS))
    print("\n" + table(found))  # noqa: T201 - what the soak is run for
    slack = 0.0 if IS_FULL else 1.5 / RUNS  # a small sample cannot tell one in a thousand
    assert [line[:4] for line in found if line[2] > line[3] + slack] == []
    assert {name for name, *_ in found} == CASES.keys()


@pytest.mark.parametrize("deviation", [0.12, -0.12, 0.15, -0.15])
@pytest.mark.parametrize("step", [0, 8, 16])
def test_the_simulated_displays_deviate_as_they_say(step: int, deviation: float) -> None:
    k = deviations(one_step(step, deviation) + LAMB, LEVELS / 255)
    assert k[step] == pytest.approx(deviation, abs=1e-6)
    assert np.abs(np.delete(k, step)).max() < 0.03  # what the others give for it


def test_the_wave_and_the_perfect_display_deviate_as_they_say() -> None:
    assert np.abs(deviations(wave(0.15) + LAMB, LEVELS / 255)).max() == pytest.approx(0.15, abs=1e-6)
    assert np.abs(deviations(display([0.0] * 17) + LAMB, LEVELS / 255)).max() < 1e-4


def test_a_display_beyond_all_doubt_fails() -> None:
    outcome = simulated("30 %", [one_step(8, 0.30)], 20, seed=1)
    assert outcome.verdicts == {VerdictName.FAIL: 20}
    assert 54 <= outcome.readings <= 90  # three to five a level
