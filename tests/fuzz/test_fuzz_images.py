"""A short run of the fuzzing, always the same files; and that it notices what it is for."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz.fuzz_images import Feed, Tally, fuzz
from tests.fuzz.mutations import broken_file, elements_in, whole_files
from tests.helpers import hostile_objects as hostile

SEED = 7
FILES = 600


def worker(tmp_path: Path, text: str) -> tuple[str, ...]:
    """A worker that does as ``text`` says; `number` is its first file."""
    script = tmp_path / "worker.py"
    script.write_text(
        "import json, os, sys, time\nnumber = int(sys.argv[sys.argv.index('--first') + 1])\n"
        "def say(number, kind='shown', detail='', cpu_s=0.0, growth=0):\n"
        "    print(json.dumps(dict(number=number, kind=kind, detail=detail, cpu_s=cpu_s, growth=growth)), flush=True)\n"
        + text
    )
    return sys.executable, str(script)


def outcome_of(tmp_path: Path, text: str, most: int = 3) -> Tally:
    return fuzz(Feed(1, 30.0, most=most, command=worker(tmp_path, text), hang_s=0.5))


def test_a_sample_of_broken_images_all_end_well() -> None:
    tally = fuzz(Feed(SEED, 120.0, most=FILES))
    assert tally.findings == []
    assert tally.kinds["shown"] > FILES / 10
    assert tally.kinds["refused"] > FILES / 10


def test_the_same_seed_gives_the_same_files() -> None:
    files = whole_files(None)
    once = [broken_file(files, SEED, number) for number in range(100)]
    assert once == [broken_file(whole_files(None), SEED, number) for number in range(100)]
    assert once != [broken_file(files, SEED + 1, number) for number in range(100)]
    assert sum(data not in files for data in once) > 95


def test_elements_are_found_where_they_are() -> None:
    data = hostile.good()
    found = {data[at : at + 4]: data[start:end] for at, start, end in elements_in(data)}
    assert found[b"\x28\x00\x10\x00"] == hostile.short(hostile.SIDE)
    assert found[b"\xe0\x7f\x10\x00"] == hostile.PIXELS.tobytes()


def test_a_crash_is_a_finding_and_the_run_goes_on(tmp_path: Path) -> None:
    tally = outcome_of(tmp_path, "say(number)\nos.abort()\n")
    assert [number for number, _ in tally.findings] == [1]
    assert "-6" in tally.findings[0][1]
    assert tally.kinds == {"shown": 2, "finding": 1}


def test_a_hang_is_a_finding(tmp_path: Path) -> None:
    tally = outcome_of(tmp_path, "say(number)\ntime.sleep(60)\n", most=2)
    assert [number for number, _ in tally.findings] == [1]
    assert "no outcome" in tally.findings[0][1]


def test_slowness_growth_and_bugs_are_findings(tmp_path: Path) -> None:
    said = "say(0, cpu_s=2.5)\nsay(1, growth=600 << 20)\nsay(2, kind='finding', detail='KeyError')\ntime.sleep(60)\n"
    tally = outcome_of(tmp_path, said)
    assert [number for number, _ in tally.findings] == [0, 1, 2]
    assert (tally.slowest_s, tally.largest_growth) == (2.5, 600 << 20)
