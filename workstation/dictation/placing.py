"""How an utterance's text is put into a field: spaces around it, capital and full stop by what stands beside it.

Words are never glued: what stood beside the place is read as before, and so is what was said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.dictation.normaliser import Layout, ends_with_sentence
from workstation.dictation.passages import Span, Splice

_OPENING = "([{“‘"
_CLOSING = ".,;:!?)]}”’"


@dataclass(frozen=True)
class Placement:
    """A change that puts a text into a field, and where the text stands afterwards."""

    splice: Splice
    span: Span = field(default=(0, 0))


def layout_at(text: str, start: int, end: int, *, is_whole: bool = True) -> Layout:
    """How an utterance is written that replaces ``text[start:end]``.

    Parameters
    ----------
    is_whole
        The utterance ended by itself; one that was cut at its greatest length gets no full stop.
    """
    starts = ends_with_sentence(text[:start])
    behind = text[end:].lstrip(" \t")
    if not behind or behind[0] == "\n":
        return Layout(starts_sentence=starts, ends_sentence=is_whole)
    return Layout(starts_sentence=starts, ends_sentence=is_whole and starts and behind[0].isupper())


def placed(text: str, start: int, end: int, said: str) -> Placement:
    """Put ``said`` in the place of ``text[start:end]``."""
    before, behind = text[:start], text[end:]
    left = " " if said and _needs_space(before, said) else ""
    right = " " if said and _needs_space(said, behind) else ""
    at = start + len(left)
    return Placement(Splice(start, end - start, f"{left}{said}{right}"), (at, at + len(said)))


def taken_out(text: str, start: int, end: int) -> Splice:
    """Take ``text[start:end]`` away with the space that belonged to it, without gluing what stood on its sides."""
    before, behind = text[:start], text[end:]
    is_spaced_before = before.endswith(" ")
    if is_spaced_before and (not behind or behind[0].isspace() or behind[0] in _CLOSING):
        return _safe(text, start - 1, end)
    if behind.startswith(" ") and (not before or before[-1].isspace()):
        return _safe(text, start, end + 1)
    return _safe(text, start, end)


def _safe(text: str, start: int, end: int) -> Splice:
    return Splice(start, end - start, " " if _would_glue(text[:start], text[end:]) else "")


def _needs_space(left: str, right: str) -> bool:
    """Whether two texts that come to stand side by side want a space between them."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return False
    if left[-1] in _OPENING:
        return False
    return right[0] not in _CLOSING or _would_glue(left, right)


def _would_glue(left: str, right: str) -> bool:
    """Whether the end of one and the beginning of the other would be read as one word or number."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return False
    if left[-1].isalnum() and right[0].isalnum():
        return True
    # "3" before ".5", or "3." before "5", is another number than before; "L4-" before "5" another level
    ends_with_number = left[-1].isdigit() or (len(left) > 1 and left[-2].isdigit())
    begins_with_number = right[0].isdigit() or (len(right) > 1 and right[1].isdigit())
    return ends_with_number and begins_with_number
