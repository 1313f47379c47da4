"""Which pictures of one orientation belong in one stack, told by a table.

`APART` names what never belongs together (size, colour, magnitude and phase, …). Where pictures then still repeat
positions, `REPEATED` names what may explain it (echo, b-value, time, …), tried from first to last: each splits the
stack where it tells the repetitions apart. What nothing explains is split by pass in instance order, and said so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from workstation.dicom.header import InstanceHeader, Vector
from workstation.dicom.picture_kinds import component_of, fat_or_water, kind_of
from workstation.dicom.stack_geometry import position_of

_PLACE_DIGITS = 2  # positions are the same within 0.01 mm
_LEAST_REPEATED = 0.5  # of the places: fewer repeated ones are single images sent twice, not a second pass
_LEAST_CLIP = 8  # phases at one place that are watched as a clip rather than place by place
NO_REASON = "Images repeat positions and nothing in them says why: shown by pass, in the order of their numbers"


@dataclass(frozen=True)
class Picture:
    """One frame, tile or single image on its way into a display set.

    Attributes
    ----------
    header
        As it holds for this picture.
    index
        Which picture of its object.
    order
        Acquisition and instance number, UID and frame: the order in which pictures were made, as far as is known.
    """

    header: InstanceHeader
    index: int
    order: tuple[float, float, str, int]

    @cached_property
    def place(self) -> Vector | None:
        """Where its corner lies, rounded so that the same place is equal."""
        position = position_of(self.header)
        return None if position is None else _rounded(position)


@dataclass(frozen=True)
class Part:
    """Pictures that belong in one stack.

    Attributes
    ----------
    name
        What tells it from the others of its series, as part of an identifier.
    labels
        The same for people, in the order of splitting.
    ranks
        Its place among the others, step by step.
    """

    pictures: tuple[Picture, ...]
    name: str = ""
    labels: tuple[str, ...] = ()
    ranks: tuple[int, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def split(self, groups: Sequence[tuple[str, str, Sequence[Picture]]]) -> list[Part]:
        """Parts of it, each given by its name, its label and its pictures."""
        return [
            replace(
                self,
                pictures=tuple(pictures),
                name=f"{self.name}+{name}",
                labels=(*self.labels, label) if label else self.labels,
                ranks=(*self.ranks, rank),
            )
            for rank, (name, label, pictures) in enumerate(groups)
        ]


@dataclass(frozen=True)
class Splitter:
    """One attribute that may tell stacks apart.

    Attributes
    ----------
    key
        Its value in a picture; None where the picture says nothing.
    label
        For people: of a value, its place among the values from 1, and how many there are.
    """

    name: str
    key: Callable[[InstanceHeader], Hashable | None]
    label: Callable[[Hashable, int, int], str]


def split_apart(part: Part) -> list[Part]:
    """Split by everything in `APART`."""
    parts = [part]
    for splitter in APART:
        parts = [piece for each in parts for piece in _split_by(splitter, each)]
    return parts


def split_repeated(part: Part) -> list[Part]:
    """Split pictures that repeat positions by what explains it."""
    most = _most_at_one_place(part.pictures)
    if most < 2 or _is_one_place(part.pictures):
        return [part]
    clips = _clips(part, most)
    if clips:
        return clips
    for splitter in REPEATED:
        pieces = _split_by(splitter, part)
        if len(pieces) > 1 and _explains(pieces, most):
            return [small for piece in pieces for small in split_repeated(piece)]
    return _passes(part, most)


def _split_by(splitter: Splitter, part: Part) -> list[Part]:
    groups: dict[Hashable, list[Picture]] = defaultdict(list)
    for picture in part.pictures:
        groups[splitter.key(picture.header)].append(picture)
    if len(groups) < 2:
        return [part]
    found = sorted(groups, key=_sortable)
    count = sum(key is not None for key in found)
    ranks = {key: number for number, key in enumerate((key for key in found if key is not None), 1)}
    return part.split(
        [
            (
                f"{splitter.name}={_text(key)}",
                "" if key is None else splitter.label(key, ranks[key], count),
                groups[key],
            )
            for key in found
        ]
    )


def _explains(pieces: Sequence[Part], most: int) -> bool:
    """Whether fewer pictures share a place afterwards, and the pieces are stacks that cover the same places."""
    if len(pieces) > most or min(len(piece.pictures) for piece in pieces) < 2:
        return False
    if max(_most_at_one_place(piece.pictures) for piece in pieces) >= most:
        return False
    smallest = min(pieces, key=lambda piece: len(piece.pictures))
    elsewhere = {picture.place for piece in pieces if piece is not smallest for picture in piece.pictures}
    places = {picture.place for picture in smallest.pictures}
    return len(places & elsewhere) >= _LEAST_REPEATED * len(places)


def _clips(part: Part, most: int) -> list[Part]:
    """A heart beat at each of a few places (short-axis cine) is watched place by place, not phase by phase."""
    by_place = _by_place(part.pictures)
    has_phases = all(_heart_phase(picture.header) is not None for picture in part.pictures)
    if not has_phases or most < _LEAST_CLIP or most <= len(by_place) or len(set(map(len, by_place))) > 1:
        return []
    if any(_same_phase_twice(pictures) for pictures in by_place):
        return []
    count = len(by_place)
    return part.split([(f"position={n}", f"position {n} of {count}", each) for n, each in enumerate(by_place, 1)])


def _passes(part: Part, most: int) -> list[Part]:
    """By the order at each place: of the heart's phases, of the time of acquisition, else of the numbers."""
    by_place = _by_place(part.pictures)
    if sum(len(pictures) > 1 for pictures in by_place) < _LEAST_REPEATED * len(by_place):
        return [part]
    for moment in (_heart_phase, _acquired):
        if all(len({moment(p.header) for p in pictures} - {None}) == len(pictures) for pictures in by_place):
            return _by_rank(part, by_place, most, partial(_at_moment, moment))
    unexplained = replace(part, warnings=(*part.warnings, NO_REASON))
    return _by_rank(unexplained, by_place, most, lambda picture: picture.order)


def _at_moment(moment: Callable[[InstanceHeader], Hashable | None], picture: Picture) -> tuple[object, ...]:
    return _sortable(moment(picture.header))


def _by_rank(
    part: Part, by_place: Sequence[Sequence[Picture]], most: int, key: Callable[[Picture], tuple[object, ...]]
) -> list[Part]:
    groups: list[list[Picture]] = [[] for _ in range(most)]
    for pictures in by_place:
        for rank, picture in enumerate(sorted(pictures, key=key)):
            groups[rank].append(picture)
    return part.split([(f"pass={n}", f"phase {n} of {most}", each) for n, each in enumerate(groups, 1)])


def _by_place(pictures: Sequence[Picture]) -> list[list[Picture]]:
    """Pictures of the same place, places in the order of their coordinates."""
    groups: dict[Vector, list[Picture]] = defaultdict(list)
    for picture in pictures:
        if picture.place is not None:
            groups[picture.place].append(picture)
    return [groups[place] for place in sorted(groups)]


def _most_at_one_place(pictures: Sequence[Picture]) -> int:
    counts = Counter(picture.place for picture in pictures if picture.place is not None)
    return max(counts.values(), default=0)


def _is_one_place(pictures: Sequence[Picture]) -> bool:
    return len({picture.place for picture in pictures}) == 1


def _same_phase_twice(pictures: Sequence[Picture]) -> bool:
    return len({_heart_phase(picture.header) for picture in pictures}) < len(pictures)


def _heart_phase(header: InstanceHeader) -> float | None:
    details = header.details
    return details.cardiac_percent if details.cardiac_delay_ms is None else details.cardiac_delay_ms


def _acquired(header: InstanceHeader) -> str | None:
    return header.details.acquired or None


def _rounded(vector: Vector) -> Vector:
    x, y, z = vector
    return (round(x, _PLACE_DIGITS) + 0.0, round(y, _PLACE_DIGITS) + 0.0, round(z, _PLACE_DIGITS) + 0.0)


def _sortable(key: Hashable | None) -> tuple[object, ...]:
    """Sorts keys of one kind; absent ones come last."""
    if key is None:
        return (1,)
    return (0, *key) if isinstance(key, tuple) else (0, key)


def _text(key: Hashable | None) -> str:
    if key is None:
        return "none"
    parts: Iterator[object] = iter(key if isinstance(key, tuple) else (key,))
    texts = (f"{each:g}" if isinstance(each, float) else str(each) for each in parts)
    return ",".join(text for text in texts if text)


# --- the tables


def _phase(_key: Hashable, rank: int, count: int) -> str:
    return f"phase {rank} of {count}"


def _as_said(key: Hashable, _rank: int, _count: int) -> str:
    return str(key)


def _numbered(word: str, unit: str = "") -> Callable[[Hashable, int, int], str]:
    """``word 90 unit``."""
    return lambda key, _rank, _count: " ".join(each for each in (word, _text(key), unit) if each)


def _ranked(word: str) -> Callable[[Hashable, int, int], str]:
    return lambda _key, rank, count: f"{word} {rank} of {count}"


def _near(value: float | None, step: float) -> float | None:
    """Rounded to ``step``: the same setting, written with another last digit."""
    return None if value is None else round(value / step) * step


def _echo(header: InstanceHeader) -> Hashable | None:
    return _near(header.echo_time_ms, 0.1) if header.echo_time_ms is not None else header.details.echo_number


def _b_value(header: InstanceHeader) -> Hashable | None:
    details = header.details
    if details.b_value is None:
        return None
    return (_near(details.b_value, 1.0), "trace" if details.diffusion_directionality == "ISOTROPIC" else "")


def _b_label(key: Hashable, _rank: int, _count: int) -> str:
    value, kind = key if isinstance(key, tuple) else (key, "")
    return f"b {value:g} {kind}".strip()


def _direction(header: InstanceHeader) -> Hashable | None:
    direction = header.details.diffusion_direction
    return None if direction is None else _rounded(direction)


def _unit(header: InstanceHeader) -> Hashable | None:
    if header.real_world:
        return header.real_world[0].unit_meaning or header.real_world[0].unit_code
    if header.pet is not None and header.pet.units:
        return header.pet.units
    return header.pixel.rescale_type or None


def _temporal(header: InstanceHeader) -> Hashable | None:
    return header.details.temporal_position


def _dimension(column: int) -> Callable[[InstanceHeader], Hashable | None]:
    def value(header: InstanceHeader) -> Hashable | None:
        values = header.details.dimension_values
        return values[column] if column < len(values) else None

    return value


def _secondary(header: InstanceHeader) -> Hashable | None:
    return "screen save" if header.sop_class.startswith("1.2.840.10008.5.1.4.1.1.7") else None


APART: tuple[Splitter, ...] = (
    Splitter("saved", _secondary, _as_said),
    Splitter("colour", lambda h: "colour" if h.is_colour else None, _as_said),
    Splitter("size", lambda h: (h.rows, h.columns), lambda key, _rank, _count: _size_label(key)),
    Splitter("kind", kind_of, _as_said),
    Splitter("component", component_of, _as_said),
    Splitter("fat-water", fat_or_water, _as_said),
    Splitter("derived", lambda h: "derived" if h.image_type[:1] == ("DERIVED",) else None, _as_said),
    Splitter("unit", _unit, _as_said),
    Splitter("stack", lambda h: h.details.stack_id or None, _numbered("stack")),
    Splitter("energy", lambda h: h.details.energy_kev, _numbered("", "keV")),
    Splitter("energy-window", lambda h: h.details.energy_window, _numbered("energy window")),
    Splitter("detector", lambda h: h.details.detector, _numbered("detector")),
)

REPEATED: tuple[Splitter, ...] = (
    Splitter("b", _b_value, _b_label),
    Splitter("echo", _echo, _numbered("TE", "ms")),
    Splitter("direction", _direction, _ranked("direction")),
    Splitter("contrast", lambda h: h.details.contrast_phase or None, lambda key, _r, _n: str(key).lower()),
    Splitter("inversion", lambda h: _near(h.details.inversion_time_ms, 0.1), _numbered("TI", "ms")),
    Splitter("flip", lambda h: _near(h.details.flip_angle_deg, 0.1), _numbered("flip", "°")),
    Splitter("kernel", lambda h: h.details.kernel or None, _as_said),
    Splitter("thickness", lambda h: _near(h.slice_thickness, 0.01), _numbered("", "mm")),
    Splitter("tube", lambda h: _near(h.kvp, 0.1), _numbered("", "kV")),
    Splitter("time", _temporal, _phase),
    Splitter("beat", lambda h: h.details.rr_interval, _ranked("R-R interval")),
    Splitter("time-slot", lambda h: h.details.time_slot, _phase),
    Splitter("offset", lambda h: _near(h.details.time_offset_ms, 0.1), _phase),
    Splitter("heart", lambda h: _near(h.details.cardiac_percent, 0.1), _numbered("", "% of the heart beat")),
    Splitter("delay", lambda h: _near(h.details.cardiac_delay_ms, 0.1), _phase),
    Splitter("acquisition", lambda h: h.acquisition_number, _numbered("acquisition")),
    Splitter("type", lambda h: h.image_type or None, lambda key, _r, _n: _type_label(key)),
    Splitter("acquired", lambda h: h.details.acquired or None, _phase),
    Splitter("content", lambda h: h.details.acquired_at or None, _phase),
    *(Splitter(f"dimension-{n + 1}", _dimension(n), _phase) for n in range(6)),
)


def _size_label(key: Hashable) -> str:
    rows, columns = key if isinstance(key, tuple) else (0, 0)
    return f"{columns} × {rows}"


def _type_label(key: Hashable) -> str:
    return "/".join(str(each) for each in (key if isinstance(key, tuple) else ())[2:])
