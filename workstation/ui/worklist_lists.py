"""The lists in the worklist's left rail, and the filter typed above the table. Plain functions of rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from workstation.catalogue.work_items import ClaimState
from workstation.sync.worklist import WorklistRow
from workstation.ui.worklist_columns import Column, is_over, text_of

_FINISHED = (ClaimState.COMPLETED, ClaimState.RETURNED)
_SEARCHED = (Column.PRIORITY, Column.PATIENT, Column.STUDY, Column.REGION, Column.SITE, Column.AI, Column.STATE)


class WorklistList(Enum):
    """A list of the left rail; the value is its title."""

    ALL = "All"
    MINE = "Mine"
    STAT = "STAT"
    DRAFTS = "Drafts"
    TO_DELIVER = "To deliver"


LIST_TIPS = {
    WorklistList.ALL: "Everything the site offers you, and what you have reported",
    WorklistList.MINE: "Items you have taken",
    WorklistList.STAT: "Unread items to be read at once",
    WorklistList.DRAFTS: "Items with a report begun and not signed",
    WorklistList.TO_DELIVER: "Signed reports of which not every part has arrived yet",
}


def is_in(which: WorklistList, row: WorklistRow, drafted: frozenset[str]) -> bool:
    """Whether a row belongs to a list.

    Parameters
    ----------
    drafted
        UIDs of the items that have a draft.
    """
    if which is WorklistList.MINE:
        return row.claim in (ClaimState.OURS, ClaimState.CLAIMING)
    if which is WorklistList.STAT:
        return row.item.is_stat and row.is_unread
    if which is WorklistList.DRAFTS:
        return row.item.uid in drafted and row.claim not in (*_FINISHED, ClaimState.COMPLETING)
    if which is WorklistList.TO_DELIVER:
        return row.claim is ClaimState.COMPLETING
    return not is_over(row) or row.claim is not ClaimState.NONE


def counts_of(rows: Iterable[WorklistRow], drafted: frozenset[str]) -> dict[WorklistList, int]:
    """How many rows each list holds."""
    rows = tuple(rows)
    return {which: sum(is_in(which, row, drafted) for row in rows) for which in WorklistList}


def matches(row: WorklistRow, typed: str, now: datetime) -> bool:
    """Whether every typed word occurs in the row, in any order, without regard to case and accents."""
    words = _folded(typed).split()
    if not words:
        return True
    haystack = _folded(" ".join((*_searched_texts(row, now),)))
    return all(word in haystack for word in words)


def _searched_texts(row: WorklistRow, now: datetime) -> tuple[str, ...]:
    texts = [text_of(column, row, now) for column in _SEARCHED]
    return (*texts, row.item.patient.patient_id, row.item.modality, *row.item.accessions)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
