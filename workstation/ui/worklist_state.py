"""What the worklist says about itself: loading, empty, offline, nothing that fits. One sentence and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.foundation.conditions import Condition
from workstation.ui.worklist_lists import WorklistList

_EMPTY_LISTS = {
    WorklistList.ALL: "The site has no work for you now. New items appear here by themselves.",
    WorklistList.MINE: "You have taken no item. Enter on an item takes and opens it.",
    WorklistList.STAT: "No STAT item waits.",
    WorklistList.DRAFTS: "No report is begun and unsigned.",
    WorklistList.TO_DELIVER: "Every signed report has arrived.",
}


@dataclass(frozen=True)
class WorklistSaying:
    """A sentence above the table (``above``) and one in place of its rows (``instead``); empty when there is none."""

    above: str = ""
    instead: str = ""


def saying_of(
    *,
    is_loaded: bool,
    failure: str,
    conditions: Sequence[Condition],
    which: WorklistList,
    typed: str,
    shown: int,
    held: int,
) -> WorklistSaying:
    """Choose the sentences.

    Parameters
    ----------
    failure
        Why the last look failed, empty when it did not.
    shown, held
        Rows the table shows now, and rows of the chosen list before the typed filter.
    """
    stale = next((condition for condition in conditions if "worklist" in condition.key), None)
    above = failure
    if not above and stale is not None:
        above = f"{stale.text} What you see may be old. {stale.advice}".strip()
    if shown:
        return WorklistSaying(above)
    if not is_loaded:
        return WorklistSaying(above, "" if failure else "Looking at the worklist …")
    if typed.strip() and held:
        return WorklistSaying(above, f"None of the {held} items in “{which.value}” fits what you typed. Esc clears it.")
    return WorklistSaying(above, _EMPTY_LISTS[which])
