"""Broken images for the program: `python tests/fuzz/fuzz_images.py [imaging] [--minutes 10] [--seed N] [--keep DIR]`.

Each file goes the whole way: opened, sorted into display sets, decoded, drawn. It must end as a picture or as a refusal
in words, within 2 s of processor time and 512 MB of growth. What ends otherwise is kept in a folder, and can be made
again with ``--seed N --only NUMBER``. Exit code 1 when there was anything.

The files are fed to processes of their own, so that a crash or a hang is noticed and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fuzz.mutations import broken_file, whole_files  # noqa: E402 - the root must be known first

OPEN_DATA = ROOT.parent / "shared" / "data" / "open"
TIME_S = 2.0
GROWTH_BYTES = 512 << 20
HANG_S = 12.0  # elapsed, without an outcome; a busy computer gives a process less than a whole processor
_START_S = 60.0
_MOST_FINDINGS = 50


@dataclass
class Tally:
    """What has come out so far."""

    kinds: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, str]] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_growth: int = 0

    @property
    def count(self) -> int:
        return self.kinds.total()

    def note(self, line: dict[str, object]) -> None:
        """Take in what a worker says of one file."""
        number, kind, detail = int(str(line["number"])), str(line["kind"]), str(line["detail"])
        seconds, growth = float(str(line["cpu_s"])), int(str(line["growth"]))
        self.slowest_s, self.largest_growth = max(self.slowest_s, seconds), max(self.largest_growth, growth)
        if kind != "finding" and seconds > TIME_S:
            kind, detail = "finding", f"{seconds:.1f} s of processor time; {detail}"
        if kind != "finding" and growth > GROWTH_BYTES:
            kind, detail = "finding", f"grew by {growth >> 20} MB; {detail}"
        self.kinds[kind] += 1
        if kind == "refused":
            self.refusals[detail] += 1
        if kind == "finding":
            self.findings.append((number, detail))

    def lost(self, number: int, how: str) -> None:
        """The worker did not survive file ``number``."""
        self.kinds["finding"] += 1
        self.findings.append((number, how))


def main(words: Sequence[str]) -> int:
    """Run; gives the exit code."""
    asked = _asked(words)
    if asked.worker:
        return work(asked.seed, asked.first, asked.step)
    if asked.only is not None:
        return _once(asked.seed, asked.only)
    tally = fuzz(Feed(asked.seed, asked.minutes * 60, asked.workers))
    _keep(tally, asked.seed, asked.keep)
    print(_table(tally, asked.seed, asked.keep))  # noqa: T201
    return 1 if tally.findings else 0


@dataclass(frozen=True)
class Feed:
    """How files are fed.

    Attributes
    ----------
    command
        Starts a worker, which prints one line for each file; see `work`.
    most
        Files altogether; None for as many as there is time for.
    """

    seed: int
    seconds: float
    workers: int = 1
    most: int | None = None
    command: tuple[str, ...] = (sys.executable, str(Path(__file__).resolve()))
    hang_s: float = HANG_S


def fuzz(feed: Feed) -> Tally:
    """Feed files; gives what came out."""
    tally, deadline = Tally(), time.monotonic() + feed.seconds
    threads = [
        threading.Thread(target=_supervise, args=(tally, feed, first, deadline)) for first in range(feed.workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _supervise(tally: Tally, feed: Feed, first: int, deadline: float) -> None:
    """Keep one worker going: after each file that it did not survive, a new one."""

    def goes_on() -> bool:
        is_enough = feed.most is not None and tally.count >= feed.most
        return time.monotonic() < deadline and not is_enough and len(tally.findings) < _MOST_FINDINGS

    number = first
    while goes_on():
        with _worker(feed, number) as (process, lines):
            patience_s = _START_S
            while goes_on():
                try:
                    line = lines.get(timeout=patience_s)
                except queue.Empty:
                    tally.lost(number, f"no outcome for {patience_s:.0f} s")
                    break
                if not line:
                    tally.lost(number, f"the program ended with {process.wait()}")
                    break
                tally.note(json.loads(line))
                number, patience_s = number + feed.workers, feed.hang_s
        number += feed.workers


@contextmanager
def _worker(feed: Feed, first: int) -> Iterator[tuple[subprocess.Popen[str], queue.Queue[str]]]:
    numbers = {"--seed": feed.seed, "--first": first, "--step": feed.workers}
    words = [*feed.command, "--worker", *(str(word) for pair in numbers.items() for word in pair)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put("")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stdout is not None:
            process.stdout.close()


def work(seed: int, first: int, step: int) -> int:
    """The worker: one line for each file, until it is killed."""
    from tests.fuzz.image_path import path_with_helper

    files = whole_files(OPEN_DATA if OPEN_DATA.is_dir() else None)
    with path_with_helper() as path:
        number = first
        while True:
            data = broken_file(files, seed, number)
            before, began = _start_measuring(), time.process_time()
            outcome = path.outcome(data)
            cpu_s, growth = time.process_time() - began, _peak_bytes() - before
            said = {"number": number, "kind": outcome.kind, "detail": outcome.detail, "cpu_s": cpu_s, "growth": growth}
            try:
                print(json.dumps(said), flush=True)  # noqa: T201
            except BrokenPipeError:
                os._exit(0)
            number += step


def _once(seed: int, number: int) -> int:
    """One file again, in this process."""
    from tests.fuzz.image_path import path_with_helper

    with path_with_helper() as path:
        outcome = path.outcome(broken_file(whole_files(OPEN_DATA if OPEN_DATA.is_dir() else None), seed, number))
    print(outcome.kind, outcome.detail)  # noqa: T201
    return 1 if outcome.kind == "finding" else 0


def _start_measuring() -> int:
    """Forget the highest memory use so far; gives the present one. Only Linux can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return 0
    return _peak_bytes()


def _peak_bytes() -> int:
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), 0)


def _keep(tally: Tally, seed: int, folder: Path) -> None:
    files = whole_files(OPEN_DATA if OPEN_DATA.is_dir() else None) if tally.findings else []
    for number, detail in tally.findings:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{seed}-{number}.dcm").write_bytes(broken_file(files, seed, number))
        (folder / f"{seed}-{number}.txt").write_text(detail + "\n", "utf-8")


def _table(tally: Tally, seed: int, folder: Path) -> str:
    lines = [f"seed {seed}: {tally.count} files: " + ", ".join(f"{n} {kind}" for kind, n in tally.kinds.most_common())]
    lines.append(f"at most {tally.slowest_s:.2f} s of processor time and {tally.largest_growth >> 20} MB of growth")
    lines += [f"{count:7} refused: {said}" for said, count in tally.refusals.most_common(25)]
    lines += [f"FINDING {number}: {detail}" for number, detail in tally.findings]
    if tally.findings:
        lines.append(f"kept in {folder}")
    return "\n".join(lines)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description="Feed broken images to the program.")
    parser.add_argument("part", nargs="?", default="imaging", choices=["imaging"], help="what is fuzzed")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="a new one each time by default")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="folder for files that were findings")
    parser.add_argument("--only", type=int, help="one file of the run with this seed, again")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, default=1, help=argparse.SUPPRESS)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
