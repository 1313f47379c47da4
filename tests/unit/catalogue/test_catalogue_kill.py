"""kill -9 at any moment loses nothing that was acknowledged, and leaves nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.vaults import a_catalogue

REPOSITORY = Path(__file__).resolve().parents[3]

_WRITER = """
import hashlib, sys
from pathlib import Path
from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.outbox_store import NewDelivery
from workstation.catalogue.reports import SignedRecord

root, first = Path(sys.argv[1]), int(sys.argv[2])
catalogue, now = a_catalogue(root), HandClock().now()
for n in range(first, first + 100_000):
    catalogue.drafts.save("case", {"n": n, "text": "x" * (n % 9000)}, now)
    print("draft", n, flush=True)
    catalogue.drafts.save(f"case-{n}", {"n": n}, now)
    canonical = f'{{"n":{n}}}'.encode()
    record = SignedRecord(f"r-{n}", 1, (f"i-{n}",), (), canonical, hashlib.sha256(canonical).hexdigest(), "s", now, "a")
    kinds = ("SR", "PDF", "ORU", "UPS")
    deliveries = [NewDelivery(f"r-{n}", 1, kind, f"t-{n}", "x", "", kind.encode() * 2000) for kind in kinds]
    catalogue.reports.freeze(record, deliveries, draft_key=f"case-{n}")
    print("frozen", n, flush=True)
    catalogue.objects.put(f"uid-{n}", b"y" * 30_000)
    print("object", n, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    dice = random.Random(4711)
    first, acknowledged = 0, {"draft": -1, "frozen": -1, "object": -1}
    for _ in range(6):
        for line in _killed_after(tmp_path, first, dice.uniform(0.0, 0.25)):
            kind, number = line.split()
            acknowledged[kind] = int(number)
        first = 1 + _check(tmp_path, acknowledged)
    assert acknowledged["frozen"] > 10


def _killed_after(root: Path, first: int, seconds: float) -> list[str]:
    """Everything a writer acknowledged before it was killed, ``seconds`` after its first word."""
    command = [sys.executable, "-c", _WRITER, str(root), str(first)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        beginning = writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        lines = (beginning + writer.stdout.read()).split("\n")
    return [line for line in lines[:-1] if line]


def _check(root: Path, acknowledged: dict[str, int]) -> int:
    """Compare the folder with what was acknowledged; returns the newest number that may have been used."""
    catalogue = a_catalogue(root)
    draft = catalogue.drafts.load("case")
    assert draft is not None
    assert draft["n"] >= acknowledged["draft"]
    assert len(draft["text"]) == draft["n"] % 9000
    numbers = {int(report.report_id[2:]) for report in catalogue.reports.all()}
    assert acknowledged["frozen"] in numbers
    for number in numbers:
        rows = catalogue.outbox.for_report(f"r-{number}", 1)
        assert [row.kind for row in rows] == ["SR", "PDF", "ORU", "UPS"]
        assert f"case-{number}" not in catalogue.drafts.keys()  # noqa: SIM118 - a method of ours
    assert len(catalogue.outbox.rows()) == 4 * len(numbers)
    if acknowledged["object"] >= 0:
        assert catalogue.objects.read(f"uid-{acknowledged['object']}") == b"y" * 30_000
    assert not list((root / "data" / "instances").glob("*.part"))
    catalogue.close()
    return int(draft["n"])
