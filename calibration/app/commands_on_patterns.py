"""`calibration pattern`: test patterns as files, and what there is."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.foundation.errors import BadInput

if TYPE_CHECKING:
    from calibration.patterns.catalogue import PatternKind
    from calibration.patterns.pattern import Pattern, PatternOrder

_LIST = "list"
_SUFFIXES = (".png", ".dcm")


def register(app: typer.Typer) -> None:
    """Add the commands of this page to the command line."""
    app.command()(pattern)


def pattern(
    name: Annotated[str, typer.Argument(help="Name of a pattern, or: list.")],
    out: Annotated[Path | None, typer.Argument(help="File to write: OUT.png or OUT.dcm.")] = None,
    size: Annotated[str, typer.Option(help="Device pixels of the screen: 2048x2560.")] = "",
    level: Annotated[int | None, typer.Option(help="Level, for patterns of one level (0 by default).")] = None,
    levels: Annotated[int, typer.Option(help="How many levels there are: 256 for 8 bits, 4096 for 12.")] = 256,
    space: Annotated[
        str, typer.Option(help="What levels mean: p_value (as images) or ddl (past the LUT).")
    ] = "p_value",
    place: Annotated[str | None, typer.Option(help="Where the meter is held: centre, top left ...")] = None,
    seed: Annotated[int, typer.Option(help="Another number draws another random answer.")] = 0,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")] = None,  # noqa: ARG001 - every command takes it
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Write a test pattern as PNG or DICOM, or list the patterns there are."""
    if name == _LIST:
        _refuse_leftovers(out, size)
        return _list(as_json=as_json)
    from calibration.patterns.drawing import PATTERNS, draw
    from calibration.patterns.pattern import PatternOrder

    kind = PATTERNS.get(name)
    if kind is not None:
        _check_options(kind, level, place)
    width, height = _size(size)
    path = _out(out)
    order = PatternOrder(name, _space(space), level or 0, levels, place or "centre", seed)
    drawn = draw(order, width, height)
    _write(drawn, path)
    _say(drawn, path, as_json=as_json)
    return 0


def _list(*, as_json: bool) -> int:
    from calibration.patterns.drawing import PATTERNS

    if as_json:
        sys.stdout.write(json.dumps([_kind_json(kind) for kind in PATTERNS.values()], indent=2) + "\n")
        return 0
    wide = max(len(name) for name in PATTERNS)
    lines = [f"{kind.name:<{wide}}  {kind.title}. {kind.purpose}" for kind in PATTERNS.values()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _kind_json(kind: PatternKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "purpose": kind.purpose,
        "spaces": [space.value for space in kind.spaces],
        "takes_level": kind.takes_level,
        "takes_place": kind.takes_place,
        "is_random": kind.is_random,
        "least_side": kind.least_side,
        "least_levels": kind.least_levels,
        "question": kind.question,
    }


def _refuse_leftovers(out: Path | None, size: str) -> None:
    if out is not None or size:
        raise BadInput("`pattern list` takes no file and no --size.", "Leave them out, or name a pattern.")


def _check_options(kind: PatternKind, level: int | None, place: str | None) -> None:
    if level is not None and not kind.takes_level:
        raise BadInput(f"The pattern {kind.name!r} has no level to choose.", "Leave --level out.")
    if place is not None and not kind.takes_place:
        raise BadInput(f"The pattern {kind.name!r} has no place to choose.", "Leave --place out.")


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{0,5})[xX×]([1-9]\d{0,5})", text.strip())
    if match is None:
        said = f"--size {text!r} is not a size" if text else "The size of the screen is missing"
        raise BadInput(f"{said}.", "Give device pixels, width first: --size 2048x2560.")
    return int(match[1]), int(match[2])


def _out(path: Path | None) -> Path:
    if path is None or path.suffix.lower() not in _SUFFIXES:
        said = "The file to write is missing" if path is None else f"{path} is neither .png nor .dcm"
        raise BadInput(f"{said}.", "Name it OUT.png or OUT.dcm.")
    if not path.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {path.absolute().parent}.", "Make it, or name another.")
    return path


def _space(text: str) -> Any:
    from calibration.readings.reading import Space

    wanted = next((each for each in Space if each.value == text.strip().lower().replace("-", "_")), None)
    if wanted is None:
        raise BadInput(f"--space {text!r} is not known.", "Use p_value or ddl.")
    return wanted


def _write(drawn: Pattern, path: Path) -> None:
    from calibration.patterns.files import write_dicom, write_png
    from workstation.foundation.clock import SystemClock

    if path.suffix.lower() == ".png":
        write_png(drawn, path)
    else:
        write_dicom(drawn, path, SystemClock())


def _say(drawn: Pattern, path: Path, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_pattern_json(drawn, path), indent=2) + "\n")
        return
    rows, columns = drawn.values.shape
    answer = [f"Right answer: {drawn.answer}."] if drawn.answer else []
    lines = [f"{path}: {drawn.title}, {columns} x {rows}", *drawn.notes, *answer]
    sys.stdout.write("\n".join(lines) + "\n")


def _pattern_json(drawn: Pattern, path: Path) -> dict[str, Any]:
    order: PatternOrder = drawn.order
    rows, columns = drawn.values.shape
    return {
        "file": str(path),
        "pattern": order.name,
        "title": drawn.title,
        "width": columns,
        "height": rows,
        "space": order.space.value,
        "level": order.level,
        "levels": order.levels,
        "place": order.place,
        "seed": order.seed,
        "answer": drawn.answer,
        "target": list(drawn.target) if drawn.target else None,
        "notes": list(drawn.notes),
    }
