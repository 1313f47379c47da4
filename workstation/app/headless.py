"""A desk without windows: for the commands `worklist` and `sync`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import Progress

from workstation.app.store import KeySource, opened_store
from workstation.app.wiring import build_desk
from workstation.dicom.patient import display_name
from workstation.foundation.cancel import CancelToken
from workstation.reading.desk import Desk
from workstation.site.folders import Folders
from workstation.site.preferences import load_preferences
from workstation.site.profile import SiteProfile
from workstation.sync.worklist import WorklistRow


@contextmanager
def headless_desk(
    folders: Folders, profile: SiteProfile, keys: KeySource, credentials: tuple[str, str]
) -> Iterator[Desk]:
    """A desk with a reader logged in; its loops are not started."""
    with opened_store(folders, keys) as store:
        desk = build_desk(store, profile, load_preferences(folders.config / "preferences.toml"))
        desk.log_in(*credentials)
        try:
            yield desk
        finally:
            desk.stop()


def worklist_document(rows: Sequence[WorklistRow]) -> list[dict[str, Any]]:
    """The worklist as JSON values."""
    return [
        {
            "item": row.item.uid,
            "priority": _priority(row),
            "due": row.item.due.isoformat() if row.item.due else None,
            "slack_s": round(row.slack.total_seconds()) if row.slack is not None else None,
            "patient": display_name(row.item.patient.name),
            "procedure": row.item.label,
            "accessions": list(row.item.accessions),
            "studies": list(row.item.study_uids),
            "facility": row.item.facility,
            "licence_state": row.item.licence_state,
            "state": row.state_text,
            "received": row.counts.received,
            "expected": row.counts.expected,
            "priors": row.priors,
        }
        for row in rows
    ]


def worklist_lines(rows: Sequence[WorklistRow]) -> list[str]:
    """The worklist for people, one line an item."""
    return [
        f"{_priority(row):<7}{_due(row):<11}{display_name(row.item.patient.name):<28}{row.item.label:<34}{row.state_text}"
        for row in rows
    ]


def sync_until_done(desk: Desk, bar: Progress, *, study_uid: str, watch: bool) -> None:
    """Turn after turn until nothing is left to fetch or deliver; for ever with ``watch``."""
    cancel = CancelToken()
    task = bar.add_task("images", total=None)
    desk.observe(lambda _topic: _show(desk, bar, task, study_uid))
    while True:
        desk.sync_once(cancel)
        if not watch:
            return
        cancel.wait(desk.profile.worklist.poll_interval_s)


def sync_document(desk: Desk, study_uid: str) -> dict[str, Any]:
    """What was fetched, as JSON values."""
    items = []
    for row in desk.worklist_rows():
        for uid in row.item.study_uids:
            if study_uid in ("", uid):
                counts = desk.counts(uid)
                items.append(
                    {
                        "item": row.item.uid,
                        "study": uid,
                        "expected": counts.expected,
                        "received": counts.received,
                        "state": row.state_text,
                    }
                )
    unreachable = [condition.text for condition in desk.conditions.current() if condition.key == "site-unreachable"]
    return {"items": items, "link": "down" if unreachable else "primary"}


def _show(desk: Desk, bar: Progress, task: Any, study_uid: str) -> None:
    counts = [c for uid, c in desk.all_counts().items() if study_uid in ("", uid)]
    bar.update(task, completed=sum(c.received for c in counts), total=sum(c.expected for c in counts))


def _priority(row: WorklistRow) -> str:
    return "STAT" if row.item.is_stat else row.item.priority


def _due(row: WorklistRow) -> str:
    if row.slack is None:
        return "-"
    minutes = round(row.slack.total_seconds() / 60)
    return f"{minutes} min" if minutes >= 0 else f"late {-minutes} min"
