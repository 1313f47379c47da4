"""What becomes of an utterance's text when a second, better engine has heard it again.

The second text replaces the first, visibly and undoably, unless that could change what the report says: where the two
differ in a negation, a side, a number, a unit or a level, both are kept and a person chooses. It comes late, so it
never touches what the reader has edited in the meantime, nor another case, nor a report that is being signed; then it
is discarded, and the reader is told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from workstation.dictation.protected import Difference, differences
from workstation.dictation.words import Written


class Outcome(Enum):
    """What is done with the second text."""

    SAME = "same"
    REPLACED = "replaced"
    CHOICE_NEEDED = "choice needed"
    KEPT = "kept"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class TextNow:
    """How the first text stands when the second arrives.

    Attributes
    ----------
    is_here
        Case, draft version and field are still those in which the utterance began.
    is_edited
        The reader has changed the text, or chosen about it.
    is_signing
        The sign dialog is or was open.
    """

    is_here: bool = True
    is_edited: bool = False
    is_signing: bool = False


@dataclass(frozen=True)
class Verdict:
    """What is done, and why.

    Attributes
    ----------
    reason
        A sentence for the reader; "" when nothing needs to be said.
    differing
        Where the two differ in their protected values.
    """

    outcome: Outcome
    first: Written
    second: Written
    reason: str = ""
    differing: tuple[Difference, ...] = ()

    @property
    def text(self) -> Written:
        """What stands in the report now: until a choice is made, the first text."""
        return self.second if self.outcome is Outcome.REPLACED else self.first

    @property
    def blocks_signing(self) -> bool:
        """Whether a person has to choose before the report can be signed."""
        return self.outcome is Outcome.CHOICE_NEEDED

    def chosen(self, *, second: bool) -> Written:
        """The text that a person has chosen."""
        return self.second if second else self.first


def verdict_on(first: Written, second: Written, now: TextNow) -> Verdict:
    """Decide about the second text of an utterance."""
    late = _why_too_late(now)
    if late:
        return Verdict(Outcome.DISCARDED, first, second, late)
    if first.text == second.text:
        return Verdict(Outcome.SAME, first, second)
    if not second.text.strip():
        return Verdict(Outcome.KEPT, first, second, "The second pass heard nothing; the first text stays.")
    differing = differences(first.text, second.text)
    if differing:
        return Verdict(Outcome.CHOICE_NEEDED, first, second, _CHOOSE, differing)
    return Verdict(Outcome.REPLACED, first, second)


_CHOOSE = "The two passes differ in a negation, side, number, unit, level or opposite. Choose which is right."


def _why_too_late(now: TextNow) -> str:
    if not now.is_here:
        return "A late result of the second pass belonged to another case or field and was discarded."
    if now.is_signing:
        return "A late result of the second pass came after signing had begun and was discarded."
    if now.is_edited:
        return "The text was edited, so the result of the second pass was discarded."
    return ""
