"""Checks that were begun and not ended: found, gone on with, or broken off with their readings kept."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.checks import run_journalling
from calibration.checks.check_outcome import Gathered, broken_off
from calibration.checks.check_table import title_of
from calibration.checks.run_order import CannotResume, RunOrder, UnfinishedCheck
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from calibration.records.run_journal import OpenRun
from workstation.foundation.clock import Clock


def unfinished_runs(book: RecordBook, display_key: str | None = None) -> Sequence[OpenRun]:
    """Runs that nobody is at work on, oldest first; of one display or of all."""
    return [run for run in book.journal.open_runs(display_key) if not run.is_alive]


def sentence_of(run: OpenRun) -> str:
    """For people: which check, who began it and when, how much it has."""
    title = title_of(str(run.header.get("check", "")))
    kept = f"{run.entries} entries kept" if run.entries else "nothing measured yet"
    return f"{title}, {run.sentence}, {kept}"


def require_none_unfinished(book: RecordBook, display_key: str) -> None:
    """Raise `UnfinishedCheck` when a run of the display was left behind by a program that has ended."""
    for run in unfinished_runs(book, display_key):
        raise UnfinishedCheck(
            f"A check of this display was not finished: {sentence_of(run)}.",
            "Go on with it, or break it off; its readings are kept.",
        )


def break_off_unfinished(run_id: str, order: RunOrder, reason: str, book: RecordBook, clock: Clock) -> CheckRecord:
    """End a run that was left behind, without going on with it; its readings are kept in a record.

    ``order`` gives the policy; everything else is the journal's.

    Raises
    ------
    AnotherCheckRuns
        When another window or program goes on with it.
    BadInput
        When there is no such run.
    """
    return write_broken(run_journalling.taken_over(book, run_id, order), run_id, reason, book, clock)


def write_broken(
    opening: run_journalling.Opening, run_id: str, why: str, book: RecordBook, clock: Clock
) -> CheckRecord:
    """Write the readings of the journal into a record that decides nothing, and close the run."""
    results = run_journalling.salvaged(opening.events)
    record = broken_off(Gathered(opening.order, opening.began, results), why, book, clock)
    book.append(record, closes_run=run_id)
    return record


def cannot_resume(
    opening: run_journalling.Opening, run_id: str, why: str, book: RecordBook, clock: Clock
) -> CannotResume:
    """Write the readings into a record; the error to raise."""
    write_broken(opening, run_id, why, book, clock)
    return changed(why)


def changed(why: str) -> CannotResume:
    """The error to raise when a run cannot go on."""
    return CannotResume(f"The check cannot go on: {why}.", "Its readings are kept. Begin the check anew.")
