"""A fleet of 2,000 displays with 60 monthly records each: the overview from a verified index, and the first look.

The exports are synthetic, 500 workstations with four displays each, and kept in the work folder between runs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from calibration.conformance.policy import load_policies
from calibration.fleet.fleet_index import FleetIndex
from calibration.fleet.overview import FleetOverview
from calibration.records.export_file import SUFFIX
from tests.helpers.synthetic_fleet import NOW, Fleet, write_fleet
from tests.perf.measuring import Row, if_idle, judged, timed

_FLEET = Fleet(workstations=500, displays_each=4, months=60)
_MOST_MS = 2000.0
_RUNS = 5
_NO_LIMIT_S = 590.0  # a part of the bench ends within ten minutes
_POWER_OF_TWO_BYTES = 2.0**20


def rows(work: Path) -> Iterator[Row]:
    """The overview; then the first full verification, with its progress watched."""
    exports, cache = _exports(work), work / "fleet-cache"
    first_s, told = _first_look(exports, cache)
    seconds, found = _overviews(exports, cache)
    size = sum(path.stat().st_size for path in exports.iterdir()) / _POWER_OF_TWO_BYTES
    note = (
        f"{len(found.rows)} displays, {found.records} records of {found.workstations} workstations; "
        f"{len(found.failing)} failing, {len(found.overdue)} overdue, {len(found.drifting)} drifting"
    )
    yield timed("fleet: overview from a verified index", seconds, _MOST_MS, note=note)
    each_ms = first_s / found.records * 1000
    note = f"{size:.0f} MiB, {each_ms:.2f} ms a record; progress told {told} times; no figure is agreed"
    yield if_idle(judged("fleet: first full verification", first_s, "s", _NO_LIMIT_S, runs=1, note=note))


def _exports(work: Path) -> Path:
    folder = work / "fleet-exports"
    if len(list(folder.glob(f"*{SUFFIX}"))) != _FLEET.workstations or _is_of_other_code(folder):
        shutil.rmtree(folder, ignore_errors=True)
        write_fleet(folder, _FLEET)
    return folder


def _is_of_other_code(folder: Path) -> bool:
    """Policies and the form of records may have changed since the exports were written."""
    helper = Path(__file__).resolve().parents[1] / "helpers" / "synthetic_fleet.py"
    record = Path(__file__).resolve().parents[2] / "calibration" / "records" / "record.py"
    newest = max(each.stat().st_mtime for each in (helper, record))
    return any(path.stat().st_mtime < newest for path in folder.iterdir())


def _first_look(exports: Path, cache: Path) -> tuple[float, int]:
    shutil.rmtree(cache, ignore_errors=True)
    told: list[int] = []
    began = time.perf_counter()
    with FleetIndex.open(cache) as index:
        index.refresh([exports], lambda done, _total: told.append(done))
    return time.perf_counter() - began, len(told)


def _overviews(exports: Path, cache: Path) -> tuple[list[float], FleetOverview]:
    """Each from opening the index on: what somebody waits for who asks a second time."""
    policies, seconds = load_policies(), list[float]()
    for _ in range(_RUNS):
        began = time.perf_counter()
        with FleetIndex.open(cache) as index:
            index.refresh([exports])
            found = index.overview(NOW, policies)
        seconds.append(time.perf_counter() - began)
    return seconds, found
