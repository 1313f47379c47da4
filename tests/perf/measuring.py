"""Measuring fairly: both sides of a comparison in turn in one run, medians, and what the machine was doing meanwhile.

Ratios hold on any machine. Absolute times are judged on an idle machine only: where one is missed while other programs
take the cores, the row says so and is neither kept nor missed.
"""

from __future__ import annotations

import gc
import math
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

__all__ = [
    "Row",
    "at_least",
    "compared",
    "if_idle",
    "interleaved",
    "judged",
    "machine",
    "median",
    "others_busy",
    "p95",
    "timed",
]

_IDLE_CORES = 0.3  # what others may take before an absolute time is no longer judged
_LISTENED_S = 0.4


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    value, must
        In ``unit`` (``ms``, ``s``, ``x`` for ratios); ``must`` is the greatest value that is agreed, or the least where
        the note says so.
    ratio
        Both sides were measured in one run.
    ok
        None where it cannot be judged here; ``note`` then says why.
    runs
        How many measurements stand behind the value.
    """

    name: str
    value: float
    unit: str
    must: float
    ratio: bool
    ok: bool | None
    runs: int
    note: str = ""


def interleaved(
    sides: Mapping[str, Callable[[], object]], rounds: int, *, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds of each run, after one to warm up; the order of the sides turns round each time.

    Parameters
    ----------
    clock
        Seconds: wall by default, `time.process_time` for the time all threads of this program take.
    """
    for run in sides.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    with _what_is_here_left_alone():
        for _ in range(rounds):
            for name in names:
                with _no_collection():
                    began = clock()
                    sides[name]()
                    seconds[name].append(clock() - began)
            names.reverse()
    return seconds


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(0.95 * len(ordered)) - 1)]


def judged(name: str, value: float, unit: str, must: float, *, runs: int, ratio: bool = False, note: str = "") -> Row:
    """A row that is kept when ``value`` does not exceed ``must``."""
    return Row(name, value, unit, must, ratio, value <= must, runs, note)


def at_least(name: str, value: float, unit: str, must: float, *, runs: int, note: str = "") -> Row:
    """A row that is kept when ``value`` reaches ``must``; its note says that more is better."""
    return Row(name, value, unit, must, False, value >= must, runs, f"at least; {note}" if note else "at least")


def compared(name: str, ours: Sequence[float], theirs: Sequence[float], must: float, *, note: str = "") -> Row:
    """Our median as a multiple of theirs, both of one `interleaved` run."""
    medians = f"{median(ours) * 1000:.2f} ms against {median(theirs) * 1000:.2f} ms"
    value = median(ours) / median(theirs)
    return judged(name, value, "x", must, runs=len(ours), ratio=True, note=f"{medians}; {note}" if note else medians)


def timed(
    name: str,
    seconds: Sequence[float],
    must_ms: float,
    *,
    of: Callable[[Sequence[float]], float] = median,
    note: str = "",
) -> Row:
    """An absolute time in ms: `median` or `p95` of ``seconds``; not judged where it is missed on a busy machine."""
    return if_idle(judged(name, of(seconds) * 1000, "ms", must_ms, runs=len(seconds), note=note))


def if_idle(row: Row) -> Row:
    """The row, not judged where it is missed while other programs take the cores."""
    if row.ok:
        return row
    busy, load, cores = others_busy(), _load_average()[:1], os.cpu_count() or 1
    if busy <= _IDLE_CORES and not any(each > cores for each in load):
        return row
    why = (
        f"others take {busy:.1f} cores, load {load[0] if load else 0:.1f}: absolute times are judged on an idle machine"
    )
    return replace(row, ok=None, note=f"{row.note}; {why}" if row.note else why)


def others_busy(seconds: float = _LISTENED_S) -> float:
    """Cores that other programs take while this one sleeps; 0 where the system does not tell."""
    before = _busy_s()
    time.sleep(seconds)
    return max(0.0, (_busy_s() - before) / seconds)


def machine() -> dict[str, object]:
    """What it was measured on."""
    return {
        "cores": os.cpu_count() or 1,
        "memory_gib": round(_memory_bytes() / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_average": [round(load, 2) for load in _load_average()],
        "others_busy_cores": round(others_busy(), 2),
    }


def _load_average() -> tuple[float, ...]:
    return os.getloadavg() if hasattr(os, "getloadavg") else ()


def _busy_s() -> float:
    """Seconds that all cores together have worked since the system started."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return 0.0
    user, nice, system, _idle, _wait, interrupt, soft, *_ = stat.read_text("ascii").split("\n", 1)[0].split()[1:]
    ticks = sum(int(each) for each in (user, nice, system, interrupt, soft))
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_bytes() -> int:
    names = getattr(os, "sysconf_names", {})
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in names else 0


@contextmanager
def _what_is_here_left_alone() -> Iterator[None]:
    """Collections between two runs look at what these have made only: they are short, and leave the caches warm."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
