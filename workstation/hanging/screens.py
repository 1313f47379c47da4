"""The screens there are, with their roles and how far each is known to be fit for diagnosis."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from workstation.hanging.errors import WrongScreens

Role = Literal["report", "diagnostic", "mammography", "review"]
Fitness = Literal["fit", "unchecked", "due", "expired", "failed"]
_ROLES: tuple[Role, ...] = get_args(Role)
_FITNESSES: tuple[Fitness, ...] = get_args(Fitness)


@dataclass(frozen=True)
class HangingScreen:
    """One screen.

    Attributes
    ----------
    id
        Role and number (``diagnostic:1``), numbered left to right, top to bottom.
    name
        What the system calls it.
    x, y, width, height
        Place in the desktop, in device pixels.
    """

    id: str
    name: str
    x: int
    y: int
    width: int
    height: int
    role: Role
    fitness: Fitness = "unchecked"

    @property
    def number(self) -> int:
        """The number within its role."""
        return int(self.id.rpartition(":")[2])


def numbered(screens: Sequence[HangingScreen]) -> tuple[HangingScreen, ...]:
    """``screens`` in reading order, each with the id its role and place give it."""
    counts: Counter[str] = Counter()
    result = []
    for screen in _in_reading_order(screens):
        counts[screen.role] += 1
        result.append(replace(screen, id=f"{screen.role}:{counts[screen.role]}"))
    return tuple(result)


def screens_from_json(document: object, *, fitness: Mapping[str, Fitness] | None = None) -> tuple[HangingScreen, ...]:
    """The screens of a screens file: ``{"screens": [{name,x,y,width,height,role}]}`` in pixels.

    Parameters
    ----------
    document
        The parsed JSON.
    fitness
        By the screen's name; an absent name is ``unchecked`` unless the entry itself has a ``fitness``.

    Raises
    ------
    WrongScreens
        Naming every fault at once.
    """
    entries = document.get("screens") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise WrongScreens("The screens file must hold a list named screens with at least one screen.")
    faults = [f"screen {n}: {fault}" for n, entry in enumerate(entries, 1) for fault in _faults(entry)]
    if faults:
        raise WrongScreens("The screens file has faults: " + "; ".join(faults) + ".", "Mend these entries.")
    return numbered([_screen(entry, fitness or {}) for entry in entries])


def load_screens(path: Path) -> tuple[HangingScreen, ...]:
    """Read a screens file.

    Raises
    ------
    WrongScreens
        When it is absent, is not JSON, or has faults (all named).
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongScreens(f"The screens file {path} cannot be read: {error}.") from error
    return screens_from_json(document)


def _in_reading_order(screens: Sequence[HangingScreen]) -> list[HangingScreen]:
    """Row after row; screens whose middles lie beside each other make a row, even when a few pixels askew."""
    rows: list[list[HangingScreen]] = []
    for screen in sorted(screens, key=lambda s: (s.y, s.x, s.name, s.role)):
        row = next((r for r in rows if r[0].y <= screen.y + screen.height // 2 < r[0].y + r[0].height), None)
        if row is None:
            rows.append([screen])
        else:
            row.append(screen)
    return [s for row in rows for s in sorted(row, key=lambda s: (s.x, s.y, s.name, s.role))]


def _faults(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return ["must be an object"]
    faults = [f"{key} must be a whole number" for key in ("x", "y", "width", "height") if not _is_whole(entry.get(key))]
    faults += [
        f"{key} must be more than 0" for key in ("width", "height") if _is_whole(entry.get(key)) and entry[key] <= 0
    ]
    if not isinstance(entry.get("name"), str):
        faults.append("name must be text")
    if entry.get("role") not in _ROLES:
        faults.append(f"role must be one of {', '.join(_ROLES)}")
    if entry.get("fitness", "unchecked") not in _FITNESSES:
        faults.append(f"fitness must be one of {', '.join(_FITNESSES)}")
    return faults


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _screen(entry: Mapping[str, Any], fitness: Mapping[str, Fitness]) -> HangingScreen:
    return HangingScreen(
        id=f"{entry['role']}:1",
        name=entry["name"],
        x=entry["x"],
        y=entry["y"],
        width=entry["width"],
        height=entry["height"],
        role=entry["role"],
        fitness=fitness.get(entry["name"], entry.get("fitness", "unchecked")),
    )
