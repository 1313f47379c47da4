"""What the objects of a series have in common, remembered while many are read one after the other.

`SeriesMemory` keeps how the last files were laid out, so that another one written alike is not walked, and the parts of
headers that were made of them. Both are exact: a layout fits only when every byte outside single values is the same,
and a remembered part only when every element that was read to make it is. It holds patient data; whoever reads a study
makes one and drops it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from workstation.dicom.elements import Elements, Entries
from workstation.dicom.part10 import FIRST_READ, ObjectParts, Opening
from workstation.dicom.value_layout import ValueLayout, layout_of
from workstation.dicom.values import AnyDataset

_SPARE = 1 << 10  # bytes by which the next header may be longer
_LAYOUTS_KEPT = 16  # files of one series are written in few ways: as many as their numbers have lengths
_PATIENCE = 32  # layouts learnt in vain before giving up
_PARTS_KEPT = 4
_ALL = -1  # in the place of a tag

T = TypeVar("T")
Part = Callable[[AnyDataset], T]


class _Made(NamedTuple):
    """A part of a header, and every element that was read to make it: the entry, or None where there was none."""

    read: dict[int, Any]
    part: Any


class Kin(NamedTuple):
    """What is known of one object's likeness to others.

    Attributes
    ----------
    made
        The parts that were made of the object it is like.
    differing
        Tags of the elements in which it differs from that one.
    """

    memory: SeriesMemory
    made: dict[Part[Any], _Made]
    differing: frozenset[int]


class SeriesMemory:
    """Makes reading quicker, changes no answer. May be used by several threads at once: at worst they learn twice.

    Attributes
    ----------
    first_read
        What to read first of the next object: as much as the last one needed.
    """

    def __init__(self) -> None:
        self.first_read = FIRST_READ
        self._layouts: tuple[tuple[ValueLayout, dict[Part[Any], _Made]], ...] = ()
        self._patience = _PATIENCE
        self._parts: dict[Part[Any], tuple[_Made, ...]] = {}

    def recalled(self, head: bytes) -> ObjectParts | None:
        """What stands in an object that begins with ``head``, when it is written like one before."""
        for known in self._layouts:
            layout, made = known
            found = layout.parts_in(head)
            if found is not None:
                parts, differing = found
                self._remember(known)
                self._patience = min(self._patience + 1, _PATIENCE)
                parts.elements.kin = Kin(self, made, differing)
                return parts
        return None

    def learn(self, opening: Opening, parts: ObjectParts) -> None:
        """Remember an object that had to be walked."""
        made: dict[Part[Any], _Made] = {}
        parts.elements.kin = Kin(self, made, frozenset())
        layout = layout_of(opening, parts) if self._patience else None
        if layout is not None:
            self._patience -= 1
            self._remember((layout, made))
            self.first_read = _SPARE + max(known.size for known, _ in self._layouts)

    def part(self, make: Part[T], elements: Elements, kin: Kin) -> T:
        """``make(elements)``, or what it gave for elements of which it would read the same."""
        own = self._recalled_or_made(make, elements)
        if _ALL not in own.read and kin.differing.isdisjoint(own.read):
            kin.made[make] = own
        return own.part  # type: ignore[no-any-return]

    def _recalled_or_made(self, make: Part[T], elements: Elements) -> _Made:
        get = elements.entries.get
        made = self._parts.get(make, ())
        for each in made:
            if list(map(get, each.read)) == list(each.read.values()):
                return each
        observed = Observed(elements.entries)
        new = _Made(observed.read, make(Elements(observed, elements.character_sets)))
        if _ALL not in new.read:
            self._parts[make] = (new, *made[: _PARTS_KEPT - 1])
        return new

    def _remember(self, used: tuple[ValueLayout, dict[Part[Any], _Made]]) -> None:
        """What was used last is tried first."""
        if self._layouts[:1] != (used,):
            self._layouts = (used, *(each for each in self._layouts if each is not used))[:_LAYOUTS_KEPT]


def alike_in_series(make: Part[T]) -> Part[T]:
    """A function of a data set whose answer is mostly the same for all objects of a series, and may be remembered.

    It must depend on nothing but the elements, have read them when it returns, and give what nobody changes. Nothing
    is remembered of a function that goes through all of them.
    """

    @wraps(make)
    def remembered(dataset: AnyDataset) -> T:
        if not isinstance(dataset, Elements) or dataset.kin is None:
            return make(dataset)
        kin = dataset.kin
        own = kin.made.get(make)
        if own is not None and kin.differing.isdisjoint(own.read):
            return own.part  # type: ignore[no-any-return]
        return kin.memory.part(make, dataset, kin)

    return remembered


def frozen_of(kind: type[T], fields: dict[str, Any], **others: Any) -> T:
    """``kind(**fields, **others)`` for a frozen dataclass of many fields, a third of the work of making 500 headers.

    Its own constructor sets every field, defaults too, through `object.__setattr__`. Fields left out must have a plain
    default, and all others must be given: nothing checks that but the tests.
    """
    made = object.__new__(kind)
    values = vars(made)
    values.update(fields)
    values.update(others)
    return made


class Observed(dict[int, Any]):
    """Entries that note in ``read`` which of them were asked for; `_ALL` is there when somebody went through all."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self.read: dict[int, Any] = {}

    def get(self, tag: int, default: Any = None) -> Any:
        found = self.read[tag] = super().get(tag)
        return default if found is None else found

    def __contains__(self, tag: object) -> bool:
        return self.get(tag) is not None  # type: ignore[arg-type]  # tags are all that is ever asked for

    def __getitem__(self, tag: int) -> Any:
        found = self.get(tag)
        if found is None:
            raise KeyError(tag)
        return found

    def __iter__(self) -> Iterator[int]:
        self.read[_ALL] = None
        return super().__iter__()

    def __len__(self) -> int:
        self.read[_ALL] = None
        return super().__len__()

    def keys(self) -> Any:
        self.read[_ALL] = None
        return super().keys()

    def items(self) -> Any:
        self.read[_ALL] = None
        return super().items()

    def values(self) -> Any:
        self.read[_ALL] = None
        return super().values()
