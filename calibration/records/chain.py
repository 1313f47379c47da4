"""The chain over the records of one store, and what looking at it found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from workstation.foundation.hash_chain import GENESIS, link

CLOCK_TOLERANCE = timedelta(minutes=1)
"""Time servers move a clock by less; more than this is somebody setting it."""

COLUMNS = "sequence, id, display_key, kind, received, imported_from, origin_head, content, hash"
"""Of the table ``record``, as `Row` has them."""

ALL_DISPLAYS = ""
"""Stands for every display: it is not known which one a missing record was about."""


@dataclass(frozen=True)
class Row:
    """One record as it lies in the store, or in an export.

    Attributes
    ----------
    id, display_key, kind
        Of the record, once more beside it: a careless edit of either shows, and the display that lost a record is
        known.
    received
        `codec.time_text`.
    content
        Canonical JSON of the record.
    """

    sequence: int
    id: str
    display_key: str
    kind: str
    received: str
    imported_from: str
    origin_head: str
    content: str
    hash: str

    def envelope(self) -> str:
        """The text that the hash is over: canonical JSON of all but the hash itself."""
        return (
            f'{{"display_key":{_quoted(self.display_key)},"id":"{self.id}","imported_from":'
            f'{_quoted(self.imported_from)},"kind":"{self.kind}","origin_head":"{self.origin_head}",'
            f'"received":"{self.received}","record":{self.content},"sequence":{self.sequence}}}'
        )

    def hash_after(self, previous: str) -> str:
        """Hash of this record after one with the hash ``previous``; empty where that is no hash at all."""
        try:
            return link(previous, self.envelope().encode("utf-8", "surrogatepass"))
        except ValueError:
            return ""

    @property
    def values(self) -> tuple[int | str, ...]:
        """In the order of `COLUMNS`."""
        return (
            self.sequence,
            self.id,
            self.display_key,
            self.kind,
            self.received,
            self.imported_from,
            self.origin_head,
            self.content,
            self.hash,
        )


@dataclass(frozen=True)
class BrokenRecord:
    """A place where the chain does not hold.

    Attributes
    ----------
    sequence
        Number of the record.
    display_key
        The display it is about; `ALL_DISPLAYS` where that cannot be known.
    what
        What is wrong, a whole clause: ``was changed after it was written``.
    """

    sequence: int
    record_id: str
    display_key: str
    what: str

    @property
    def sentence(self) -> str:
        """For people."""
        about = f" of {self.display_key}" if self.display_key else ""
        return f"Record {self.sequence}{about} {self.what}."


@dataclass(frozen=True)
class Soundness:
    """What the last look at a store found; cheap to ask for.

    Attributes
    ----------
    clock_went_back
        The computer's clock stands earlier than when the newest record was taken in: nothing can be said to be in time.
    """

    broken: tuple[BrokenRecord, ...] = ()
    clock_went_back: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether every record is as it was written. The clock is a matter of its own."""
        return not self.broken

    @property
    def affected(self) -> frozenset[str]:
        """Keys of the displays with a broken record; `ALL_DISPLAYS` among them concerns every display."""
        return frozenset(each.display_key for each in self.broken)

    def reason_for(self, display_key: str) -> str | None:
        """Why the records of a display cannot be trusted, in words; None where they can."""
        for each in self.broken:
            if each.display_key in (display_key, ALL_DISPLAYS):
                return each.sentence
        return None


@dataclass(frozen=True)
class Verification:
    """What looking at every record found.

    Attributes
    ----------
    count, head
        Records looked at, and the hash of the last.
    head_at
        Number of the record that the asked-for hash belongs to (0 for the hash of the empty store); None where no
        hash was asked for, or none of the records has it.
    asked_head
        The hash that was asked for; empty where none was.
    """

    count: int
    head: str
    broken: tuple[BrokenRecord, ...]
    asked_head: str = ""
    head_at: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether all records are as they were written, and the asked-for hash was found."""
        return not self.broken and not (self.asked_head and self.head_at is None)


class ChainWalk:
    """Walks along a chain, row by row, and gathers what does not hold.

    A record that was changed is told from the ones after it: each is held against the *stated* hash of the one before.

    Parameters
    ----------
    sequence, head
        Where the walk begins: the last record known to be sound, with its hash.
    """

    def __init__(self, sequence: int = 0, head: str = GENESIS, received: str = "") -> None:
        self.sequence = sequence
        self.head = head
        self._latest = received
        self.broken: list[BrokenRecord] = []
        self.set_back: set[int] = set()
        """Numbers of the records that were taken in while the clock stood earlier than before."""

    @property
    def latest_received(self) -> datetime | None:
        """The latest time at which a record was taken in."""
        return datetime.fromisoformat(self._latest) if self._latest else None

    def copy(self) -> ChainWalk:
        """This walk as it is now."""
        other = ChainWalk(self.sequence, self.head, self._latest)
        other.broken, other.set_back = list(self.broken), set(self.set_back)
        return other

    def step(self, row: Row) -> None:
        """Look at the next row."""
        if row.sequence != self.sequence + 1:
            self._missing(row.sequence)
        elif row.hash_after(self.head) != row.hash:
            self.broken.extend(changed(row))
        self._watch_the_clock(row)
        self.sequence, self.head = row.sequence, row.hash

    def ends_at(self, last: int) -> None:
        """The store has once had a record with the number ``last``: those after the walk's end are missing."""
        if last > self.sequence:
            self._missing(last + 1)
            self.sequence = last  # the number is not given again: the gap stays to be seen

    def _missing(self, following: int) -> None:
        number = self.sequence + 1
        what = "is missing" if following == number + 1 else f"and those up to {following - 1} are missing"
        self.broken.append(BrokenRecord(number, "", ALL_DISPLAYS, what))

    def _watch_the_clock(self, row: Row) -> None:
        if went_back(self._latest, row.received):
            self.set_back.add(row.sequence)
        self._latest = max(self._latest, row.received)


def went_back(latest: str, received: str) -> bool:
    """Whether ``received`` lies before ``latest`` by more than time servers explain; both may be empty."""
    if received >= latest:
        return False
    try:
        return datetime.fromisoformat(received) < datetime.fromisoformat(latest) - CLOCK_TOLERANCE
    except ValueError:  # somebody wrote into it; the chain says so
        return True


def changed(row: Row, what: str = "was changed after it was written") -> tuple[BrokenRecord, ...]:
    """The row, said to be wrong: about the display it is filed under, and about the one it names where they differ."""
    named = _named_display(row.content)
    keys = [row.display_key] if named in (None, row.display_key) else [row.display_key, str(named)]
    return tuple(BrokenRecord(row.sequence, row.id, key, what) for key in keys)


def _named_display(content: str) -> object:
    try:
        return json.loads(content)["head"]["display_key"]
    except (ValueError, TypeError, KeyError):
        return None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else '""'
