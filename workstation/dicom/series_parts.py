"""A series as the stacks it consists of: objects, localizers, orientations, and what `stack_splitting` tells apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from workstation.dicom.header import InstanceHeader
from workstation.dicom.orientation import dot, plane_of
from workstation.dicom.stack_geometry import frame_of_reference_of, orientation_of
from workstation.dicom.stack_splitting import Part, Picture, split_apart, split_repeated

PROJECTION_MODALITIES = frozenset({"CR", "DX", "MG", "RG", "IO", "PX"})
_SAME_DIRECTION = 0.99985  # cos 1°
_SMALLEST_AVERAGE_STACK = 3
_MOST_ORIENTATIONS = 3
_TURNED_OVER = -0.9
_OTHER_FRAME = "The series has several frames of reference: places in this stack and in the others cannot be compared"
_TURNED = "These images are stored turned over against the others of their series"


def parts_of(series: Iterable[InstanceHeader]) -> list[Part]:
    """Split one series, given in any order; each part's name is its own within the series."""
    headers = sorted(series, key=_by_number)
    objects: dict[str, list[InstanceHeader]] = defaultdict(list)
    for header in headers:
        if header.frames > 1:
            objects[_object_of(header)].append(header)
    parts = [
        _named_among(part, number, len(objects))
        for number, (name, found) in enumerate(objects.items(), 1)
        for part in _object_parts(name, _pictures(found))
    ]
    single = [header for header in headers if header.frames == 1]
    pictures = _pictures(single)
    localizers = [picture for picture in pictures if picture.header.is_localizer]
    others = [picture for picture in pictures if not picture.header.is_localizer]
    parts += _stacks(_by_orientation(localizers, "localizer-"))
    if others and others[0].header.modality in PROJECTION_MODALITIES:
        return parts + _projections(others)
    return parts + _stacks(_by_orientation(others, ""))


def same_orientation(a: InstanceHeader, b: InstanceHeader) -> bool:
    """Whether two pictures lie within 1° of each other, in the same frame of reference."""
    one, other = orientation_of(a), orientation_of(b)
    if one is None or other is None:
        return one is other
    if frame_of_reference_of(a) != frame_of_reference_of(b):
        return False
    if one == other:
        return True
    return dot(one[:3], other[:3]) > _SAME_DIRECTION and dot(one[3:], other[3:]) > _SAME_DIRECTION


def _by_number(header: InstanceHeader) -> tuple[float, float, str]:
    return (or_last(header.acquisition_number), or_last(header.instance_number), header.sop_uid)


def or_last(number: int | None) -> float:
    """Sorts what has no number behind what has one."""
    return float("inf") if number is None else number


def _object_of(header: InstanceHeader) -> str:
    """The object a multi-frame instance belongs to: itself, or the concatenation it is a part of."""
    concatenation = header.details.concatenation
    return concatenation[0] if concatenation is not None else header.sop_uid


def _pictures(headers: Sequence[InstanceHeader]) -> list[Picture]:
    return [
        Picture(header.of_picture(index), index, (*_object_order(header), index))
        for header in headers
        for index in range(header.pictures)
    ]


def _object_order(header: InstanceHeader) -> tuple[float, float, str]:
    concatenation = header.details.concatenation
    number = concatenation[1] if concatenation is not None else header.instance_number
    return (or_last(header.acquisition_number), or_last(number), header.sop_uid)


def _object_parts(name: str, pictures: Sequence[Picture]) -> list[Part]:
    """The stacks of one multi-frame object, called by its UID alone when it is only one."""
    groups = _by_orientation(pictures, "")
    if len(groups) == 1:
        return _stacks([replace(groups[0], name=name)])
    return _stacks([replace(group, name=f"{name}/{group.name}") for group in groups])


def _named_among(part: Part, number: int, count: int) -> Part:
    """The part of one of several multi-frame objects says which one."""
    if count < 2:
        return part
    is_volume = len({picture.place for picture in part.pictures}) > 1
    label = f"{'volume' if is_volume else 'clip'} {number} of {count}"
    return replace(part, labels=(label, *part.labels), ranks=(number, *part.ranks))


def _stacks(parts: Iterable[Part]) -> list[Part]:
    """Parallel pictures with a place are split by the tables; others stay as they were made, in their order."""
    found: list[Part] = []
    for part in parts:
        has_place = any(picture.place is not None for picture in part.pictures)
        is_nuclear = part.pictures[0].header.modality == "NM"
        pieces = split_apart(part) if has_place or is_nuclear else [part]
        found += [small for piece in pieces for small in (split_repeated(piece) if has_place else [piece])]
    return found


def _projections(pictures: Sequence[Picture]) -> list[Part]:
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[_projection(picture.header)].append(picture)
    return [Part(tuple(group), name) for name, group in groups.items()]


def _projection(header: InstanceHeader) -> str:
    """What makes two projections of one series different pictures: side, view, direction, purpose."""
    facts = (header.laterality, header.view_position, "".join(header.patient_orientation), header.presentation_intent)
    return "-".join(("projection", *facts))


def _by_orientation(pictures: Sequence[Picture], prefix: str) -> list[Part]:
    """Groups within 1° of each other; all together when nearly every picture has its own (radial, turning MIPs)."""
    groups: list[list[Picture]] = []
    for picture in pictures:
        group = next((each for each in groups if same_orientation(each[0].header, picture.header)), None)
        if group is None:
            groups.append([picture])
        else:
            group.append(picture)
    if len(groups) > _MOST_ORIENTATIONS and len(pictures) < _SMALLEST_AVERAGE_STACK * len(groups):
        return [Part(tuple(pictures), f"{prefix}many")]
    return _named(groups, prefix)


def _named(groups: Sequence[list[Picture]], prefix: str) -> list[Part]:
    """Name each group by its plane, and by a number from the second of a plane on."""
    parts: dict[str, Part] = {}
    firsts: dict[str, InstanceHeader] = {}
    for rank, group in enumerate(groups):
        header = group[0].header
        name = prefix + plane_of(header.normal).lower()
        repeats = sum(1 for each in parts if each.split(":")[0] == name)
        first = firsts.setdefault(name, header)
        labels, warnings = _difference(first, header, repeats + 1) if repeats else ((), ())
        full = f"{name}:{repeats + 1}" if repeats else name
        parts[full] = Part(tuple(group), full, labels, (rank,), warnings)
    return list(parts.values())


def _difference(first: InstanceHeader, other: InstanceHeader, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In what a further group of one plane differs from the first: label and warning."""
    if frame_of_reference_of(first) != frame_of_reference_of(other):
        return (f"frame of reference {number}",), (_OTHER_FRAME,)
    one, two = orientation_of(first), orientation_of(other)
    if one is not None and two is not None and min(dot(one[:3], two[:3]), dot(one[3:], two[3:])) < _TURNED_OVER:
        return (f"orientation {number}",), (_TURNED,)
    return (f"orientation {number}",), ()
