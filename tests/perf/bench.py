"""The table of speeds: `python tests/perf/bench.py [imaging|calibration|dictation|all] [--json] [--work DIR]`.

Each module of a part measures in a process of its own, so that none inherits another's memory or threads. Its function
``rows(work)`` yields `measuring.Row`; ``work`` is a folder for generated studies that is kept between runs. Exit code 1
when a row is not kept.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.perf.measuring import Row, machine  # noqa: E402 - the root must be known first

PARTS = {
    "imaging": ("perf_headers", "perf_loading", "perf_codecs", "perf_volumes", "perf_rendering"),
    "calibration": ("perf_gsdf", "perf_patterns", "perf_fleet"),
    "dictation": ("perf_dictation", "perf_commands", "perf_speech", "perf_dictating"),
}
LONGEST_S = 600.0
_MARK = "row "


def main(words: Sequence[str]) -> int:
    """Run the parts asked for; gives the exit code."""
    asked = _asked(words)
    if asked.module:
        return _measure_here(asked.module, asked.work)
    names = list(_modules(asked.part))
    about, began = machine(), time.monotonic()
    longest_s = LONGEST_S * (len(PARTS) if asked.part == "all" else 1)
    rows = [row for name in names for row in _measured(name, asked.work, began + longest_s - time.monotonic())]
    spoken = importlib.import_module("tests.perf.dictation_about") if asked.part in ("dictation", "all") else None
    if asked.json:
        more = {"dictation": spoken.about(asked.work)} if spoken else {}
        print(json.dumps({"machine": about, "rows": [asdict(row) for row in rows], **more}, indent=1))  # noqa: T201
    text = "\n".join((_table(rows), *(spoken.lines(asked.work) if spoken else ())))
    print(text, file=sys.stderr if asked.json else sys.stdout)
    return 1 if any(row.ok is False for row in rows) else 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure and compare with what is agreed.")
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--work", type=Path, default=_cache(), help="folder of generated studies, kept between runs")
    parser.add_argument("--module", default="", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _modules(part: str) -> Iterator[str]:
    parts = PARTS if part == "all" else {part: PARTS[part]}
    for names in parts.values():
        yield from (name for name in names if Path(__file__).with_name(f"{name}.py").is_file())


def _measured(name: str, work: Path, seconds: float) -> list[Row]:
    """The rows of one module, measured in a process of its own; one that says so when it breaks off."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)  # noqa: T201
    work.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(__file__)), "--module", name, "--work", str(work)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        output, why = process.communicate(timeout=max(1.0, seconds))[0], ""
    except subprocess.TimeoutExpired:
        process.kill()
        output, why = process.communicate()[0], "it did not end in time"
    found = [Row(**json.loads(line[len(_MARK) :])) for line in output.splitlines() if line.startswith(_MARK)]
    if process.returncode != 0:
        found.append(Row(name, 0.0, "", 0.0, False, False, 0, why or f"it ended with code {process.returncode}"))
    return found


def _measure_here(name: str, work: Path) -> int:
    for row in importlib.import_module(f"tests.perf.{name}").rows(work):
        print(f"{_MARK}{json.dumps(asdict(row))}", flush=True)  # noqa: T201
    return 0


def _table(rows: Sequence[Row]) -> str:
    verdicts = {True: "ok", False: "MISSED", None: "not judged"}
    wide = max((len(row.name) for row in rows), default=10)
    lines = [f"{'work':{wide}}  {'value':>9}  {'must':>9}  unit  verdict     runs  note"]
    for row in rows:
        figures = f"{row.value:9.3f}  {row.must:9.3f}  {row.unit:4}"
        lines.append(f"{row.name:{wide}}  {figures}  {verdicts[row.ok]:10}  {row.runs:4}  {row.note}")
    return "\n".join(lines)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lightbox-bench"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
