"""Everything the main window shows at a glance: displays, what waits, and what is wrong until it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from calibration.checks.overview import DisplayLine, overview
from calibration.checks.qa_desk import QaDesk
from calibration.checks.schedule import Dueness
from calibration.checks.unfinished_runs import sentence_of, unfinished_runs
from calibration.displays.identity import DisplayFacts
from calibration.photometer.meter_book import MeterFacts, read_meter_book
from calibration.records.run_journal import OpenRun
from workstation.foundation.conditions import Condition, Severity
from workstation.foundation.errors import BadInput

BROKEN, CLOCK, METER_BOOK, METER, UNFINISHED = "records", "clock", "meter-book", "meter", "unfinished"
_SOON_DAYS = 14


@dataclass(frozen=True)
class Glance:
    """What is so at a time.

    Attributes
    ----------
    conditions
        Worst first.
    unfinished
        Checks that a program which has ended left behind, each with the key of its condition.
    """

    lines: tuple[DisplayLine, ...]
    conditions: tuple[Condition, ...]
    unfinished: tuple[tuple[str, OpenRun], ...]

    @property
    def late(self) -> tuple[DisplayLine, ...]:
        """Displays on which something is to be done today."""
        return tuple(line for line in self.lines if any(task.days_left <= 0 for task in line.pending))

    @property
    def reminder(self) -> str:
        """One line about what is due; empty when nothing is."""
        named = [_reminder(line) for line in self.late]
        return f"To be done: {'; '.join(named)}." if named else ""


def glance_at(desk: QaDesk, attached: Sequence[DisplayFacts]) -> Glance:
    """Look at everything; takes the time of reading the records of the attached displays."""
    runs = tuple((f"{UNFINISHED} {run.run_id[:8]}", run) for run in unfinished_runs(desk.book))
    now = desk.clock.now()
    found = [*_records(desk, now), *_meters(desk, now)]
    found += [_unfinished(key, run) for key, run in runs]
    order = (Severity.FAIL, Severity.WARN, Severity.INFO)
    conditions = tuple(sorted(found, key=lambda each: order.index(each.severity)))
    return Glance(overview(desk, attached), conditions, runs)


def _reminder(line: DisplayLine) -> str:
    late = [task for task in line.pending if task.days_left <= 0]
    expired = ", overdue" if any(task.dueness is Dueness.EXPIRED for task in late) else ""
    return f"{', '.join(task.title for task in late)} on {line.facts.identity.connector}{expired}"


def _records(desk: QaDesk, now: datetime) -> Iterator[Condition]:
    soundness = desk.book.soundness
    if soundness.broken:
        more = len(soundness.broken) - 1
        text = soundness.broken[0].sentence + (f" And {more} more." if more else "")
        advice = "Displays it is about count as not checked. History, Verify the chain, names them all."
        yield Condition(BROKEN, Severity.FAIL, text, advice, now)
    if soundness.clock_went_back:
        text = "This computer's clock stands earlier than the newest record: nothing can be said to be in time."
        yield Condition(CLOCK, Severity.FAIL, text, "Set the clock right.", now)


def _meters(desk: QaDesk, now: datetime) -> Iterator[Condition]:
    try:
        meters = read_meter_book(desk.folders.config).meters
    except BadInput as error:
        yield Condition(METER_BOOK, Severity.WARN, error.what, error.advice, now)
        return
    today = now.astimezone().date()
    for facts in meters:
        left = None if facts.certificate_due is None else (facts.certificate_due - today).days
        if left is None or left > _SOON_DAYS:
            continue
        name, key = _name(facts), f"{METER} {facts.kind} {facts.serial}".strip()
        if left < 0:
            text = f"The certificate of the meter {name} ran out on {facts.certificate_due}."
            yield Condition(key, Severity.WARN, text, "Its verdicts are provisional; have it calibrated.", now)
        else:
            text = f"The certificate of the meter {name} runs out on {facts.certificate_due}."
            yield Condition(key, Severity.INFO, text, "Have it calibrated before that.", now)


def _unfinished(key: str, run: OpenRun) -> Condition:
    return Condition(key, Severity.WARN, f"A check was not finished: {sentence_of(run)}.", "", run.started)


def _name(facts: MeterFacts) -> str:
    return " ".join(part for part in (facts.title or facts.kind, facts.serial) if part)
