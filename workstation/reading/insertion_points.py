"""Where utterances whose words are still to come will be put, while the text around them changes.

An utterance belongs to the place that the cursor had when it began. Utterances of one place follow one another, in
the order in which they were spoken, whichever is recognised first. Pure: knows no draft and no engine.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from workstation.dictation.passages import Span, Splice, moved, moved_point, touches


@dataclass
class _Place:
    """A cursor that was set, with the utterances that began there and are still to come, in their order."""

    case: str = dataclasses.field(repr=False)
    field: str
    selection: Span | None  # what the first of them replaces
    at: int  # behind all that was said here
    points: dict[str, int] = dataclasses.field(default_factory=dict)


class InsertionPoints:
    """All places that matter still, the oldest first."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._now: _Place | None = None

    @property
    def now(self) -> tuple[str, str] | None:
        """Case and field in which the cursor is."""
        return (self._now.case, self._now.field) if self._now is not None else None

    @property
    def cursor(self) -> Span | None:
        """Where the cursor is, or what is selected."""
        if self._now is None:
            return None
        return self._now.selection or (self._now.at, self._now.at)

    def place(self, case: str, field_id: str, start: int, end: int) -> bool:
        """The reader has put the cursor here, or selected this. False: it is there already."""
        if self.now == (case, field_id) and self.cursor == (start, end):
            return False
        self._now = _Place(case, field_id, (start, end) if start < end else None, end)
        self._places = [each for each in self._places if each.points or self._is_last_of_field(each)]
        self._places.append(self._now)
        return True

    def leave(self) -> None:
        """The cursor is nowhere."""
        self._now = None

    def begin(self, utterance: str, case: str, field_id: str) -> None:
        """An utterance begins where the cursor is in this field, or was last; at the end where it never was."""
        place = self._last_in(case, field_id)
        if place is None:
            place = _Place(case, field_id, None, 1 << 30)
            self._places.append(place)
        place.points[utterance] = place.at

    def begin_at(self, utterance: str, case: str, field_id: str, at: int) -> None:
        """An utterance of an earlier run of the program, whose place was kept."""
        self._places.insert(0, _Place(case, field_id, None, at, {utterance: at}))

    def span_of(self, utterance: str) -> Span | None:
        """What the text of an utterance replaces; None for one that is not waited for."""
        place = self._place_of(utterance)
        if place is None:
            return None
        return place.selection or (place.points[utterance], place.points[utterance])

    def waiting(self, case: str) -> dict[str, tuple[str, int]]:
        """The utterances of a case that are still to come: field and place of each."""
        return {
            name: (place.field, place.selection[0] if place.selection else at)
            for place in self._places
            if place.case == case
            for name, at in place.points.items()
        }

    def put(self, utterance: str, splice: Splice) -> None:
        """The text of an utterance was put in: what was said before it stays before it, all later is behind it."""
        own = self._place_of(utterance)
        if own is None:
            return
        is_behind = False
        for place in self._places:
            if (place.case, place.field) != (own.case, own.field):
                continue
            for name, at in place.points.items():
                is_behind = is_behind or name == utterance
                place.points[name] = _point(at, splice, is_pushed=is_behind)
            self._move_cursor(place, splice, is_pushed=is_behind or place is own)
        own.selection = None
        del own.points[utterance]

    def follow(self, case: str, field_id: str, splice: Splice) -> None:
        """The text was changed otherwise: what was said before is put before what was typed at its place since."""
        for place in self._places:
            if (place.case, place.field) == (case, field_id):
                for name, at in place.points.items():
                    place.points[name] = moved_point(at, splice, is_pushed=False)
                self._move_cursor(place, splice, is_pushed=True)

    def drop(self, utterance: str) -> None:
        """Nothing will be put in for this utterance."""
        place = self._place_of(utterance)
        if place is not None:
            del place.points[utterance]

    def _move_cursor(self, place: _Place, splice: Splice, *, is_pushed: bool) -> None:
        place.at = _point(place.at, splice, is_pushed=is_pushed)
        if place.selection is None:
            return
        if touches(place.selection, splice):
            place.selection = None  # it is not what the reader had selected any more
        else:
            place.selection = moved(place.selection, splice)

    def _place_of(self, utterance: str) -> _Place | None:
        return next((place for place in self._places if utterance in place.points), None)

    def _last_in(self, case: str, field_id: str) -> _Place | None:
        same = (place for place in reversed(self._places) if (place.case, place.field) == (case, field_id))
        return next(same, None)

    def _is_last_of_field(self, place: _Place) -> bool:
        return self._last_in(place.case, place.field) is place


def _point(at: int, splice: Splice, *, is_pushed: bool) -> int:
    """As `passages.moved_point`; who spoke before what replaced a selection stays before it."""
    if splice.removed and at == splice.end and not is_pushed:
        return splice.start
    return moved_point(at, splice, is_pushed=is_pushed)
