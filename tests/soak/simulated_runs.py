"""Simulated luminance checks: how often the verdict is right when the meter scatters.

Each run reads 18 P-values of a display in turn, as the program does: reading by reading until its own stopping rule is
content, five at most; then quantities, then the verdict by a policy that ships. `python tests/soak/simulated_runs.py
[RUNS]` prints the table.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from calibration.conformance.judge import judge  # noqa: E402 - the root must be known first
from calibration.conformance.policy import Policy, load_policies  # noqa: E402
from calibration.conformance.quantities import quantities_of  # noqa: E402
from calibration.conformance.stopping import needs_another  # noqa: E402
from calibration.conformance.verdict import VerdictName  # noqa: E402
from calibration.gsdf.curve import luminance_cd_m2  # noqa: E402
from calibration.gsdf.target import target_jnd  # noqa: E402
from calibration.readings.reading import (  # noqa: E402
    Ambient,
    AmbientSource,
    MeasuredLevel,
    Reading,
    Series,
    Space,
)

LEVELS = np.arange(18) * 15
ENDS = (1.0, 350.0)  # L'min and L'max, cd/m²
LAMB = 0.15
READING_SD = 0.005
MOST_READINGS = 5
STEPS = LEVELS.size - 1
_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_AMBIENT = Ambient(LAMB, AmbientSource.MEASURED)


@dataclass(frozen=True)
class Outcome:
    """How the runs of one kind of display ended; ``readings`` is the mean number of readings a run took."""

    name: str
    runs: int
    verdicts: Counter[VerdictName]
    readings: float

    def share(self, *names: VerdictName) -> float:
        """Share of runs that ended so, 0 to 1."""
        return sum(self.verdicts[name] for name in names) / self.runs


def display(deviations: Sequence[float]) -> NDArray[np.float64]:
    """Luminances L (18,), without ambient light, of a display whose contrast deviates by exactly these k, step by step.

    The ends stay: what the steps named with 0 have to give or take is shared among them, so no k of theirs exceeds the
    others' for fewer than about ten deviating steps.
    """
    k = np.asarray(deviations, np.float64)
    jnd = target_jnd(LEVELS / 255, *ENDS)
    target = luminance_cd_m2(jnd)
    half_contrast = np.diff(target) / (target[1:] + target[:-1])

    def climbed(shared: float) -> NDArray[np.float64]:
        steps = half_contrast * (1 + np.where(k == 0, shared, k))
        return np.asarray(ENDS[0] * np.concatenate(([1.0], np.cumprod((1 + steps) / (1 - steps)))))

    low, high = -0.5, 0.5
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if climbed(middle)[-1] < ENDS[1] else (low, middle)
    return climbed(low) - LAMB


def one_step(step: int, deviation: float) -> NDArray[np.float64]:
    """A display with one deviating step."""
    return display([deviation if each == step else 0.0 for each in range(STEPS)])


def wave(deviation: float) -> NDArray[np.float64]:
    """A display that is off smoothly: too much contrast in the bright greys, a little less than wanted elsewhere."""
    half = STEPS // 2
    crest = deviation * np.sin(np.pi * (np.arange(half) + 1) / (half + 1))
    return display([*([0.0] * (STEPS - half)), *(crest * deviation / crest.max())])


def simulated(
    name: str, displays: Sequence[NDArray[np.float64]], runs: int, *, seed: int = 0, policy: Policy | None = None
) -> Outcome:
    """``runs`` runs on the displays in turn; the same ``seed`` gives the same readings."""
    rules = policy or load_policies()["tg18"]
    random = np.random.default_rng(seed)
    verdicts: Counter[VerdictName] = Counter()
    readings = 0
    for run in range(runs):
        series = measured(displays[run % len(displays)], random)
        readings += sum(len(each.readings) for each in series.measured)
        verdicts[judge(rules, "diagnostic", quantities_of([series], _AMBIENT, None)).name] += 1
    return Outcome(name, runs, verdicts, readings / runs)


def measured(luminance: NDArray[np.float64], random: np.random.Generator) -> Series:
    """One series, each level read until the stopping rule is content."""
    levels = zip(LEVELS.tolist(), luminance.tolist(), strict=True)
    return Series("luminance-18", Space.P_VALUE, 256, False, tuple(_level(*each, random) for each in levels))


def _level(level: int, luminance: float, random: np.random.Generator) -> MeasuredLevel:
    values: list[float] = []
    while needs_another(values, MOST_READINGS):
        values.append(luminance * (1 + READING_SD * float(random.standard_normal())))
    return MeasuredLevel(level, tuple(Reading(value, _AT) for value in values))


def _both_ways(deviation: float, steps: Sequence[int] = range(STEPS)) -> list[NDArray[np.float64]]:
    return [one_step(step, sign * deviation) for step in steps for sign in (1, -1)]


_PASSING = (VerdictName.PASS, VerdictName.WARN)
Must = tuple[str, tuple[VerdictName, ...], float]
CASES: dict[str, tuple[Callable[[], list[NDArray[np.float64]]], tuple[Must, ...]]] = {
    "perfect": (
        lambda: [display([0.0] * STEPS)],
        (("false FAIL", (VerdictName.FAIL,), 0.001), ("INCONCLUSIVE", (VerdictName.INCONCLUSIVE,), 0.05)),
    ),
    "12 % at one step, each in turn": (lambda: _both_ways(0.12), (("false PASS", _PASSING, 0.001),)),
    "12 % at the brightest step": (lambda: _both_ways(0.12, [STEPS - 1]), (("false PASS", _PASSING, 0.001),)),
    "15 % at one step, each in turn": (
        lambda: _both_ways(0.15),
        (("INCONCLUSIVE", (VerdictName.INCONCLUSIVE,), 0.05), ("false PASS", _PASSING, 0.001)),
    ),
    "15 % at the brightest step": (
        lambda: _both_ways(0.15, [STEPS - 1]),
        (("INCONCLUSIVE", (VerdictName.INCONCLUSIVE,), 0.05), ("false PASS", _PASSING, 0.001)),
    ),
    "15 % as a wave": (lambda: [wave(0.15)], (("INCONCLUSIVE", (VerdictName.INCONCLUSIVE,), 0.05),)),
}
"""Kind of display → displays, and what must hold: name, the outcomes counted, and their greatest share.

The brightest step is where the meter's scatter weighs most: contrast per step is least there.
"""


def lines(runs: int, seed: int = 20260302) -> Iterator[tuple[str, str, float, float, Outcome]]:
    """Kind, what is counted, its share, the greatest allowed, and the outcome it comes from."""
    for name, (displays, musts) in CASES.items():
        outcome = simulated(name, displays(), runs, seed=seed)
        for what, counted, most in musts:
            yield name, what, outcome.share(*counted), most, outcome


def table(found: Sequence[tuple[str, str, float, float, Outcome]]) -> str:
    """For people."""
    head = f"{'display':32}  {'counted':13}  {'share':>8}  {'must':>7}  {'runs':>6}  readings a run"
    rows = [
        f"{name:32}  {what:13}  {share:8.3%}  {most:7.1%}  {outcome.runs:6}  {outcome.readings:.1f}"
        for name, what, share, most, outcome in found
    ]
    return "\n".join([head, *rows])


if __name__ == "__main__":
    print(table(list(lines(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))))  # noqa: T201
