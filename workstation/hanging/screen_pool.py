"""Which screens may carry images for a role, in which order, and what must be said about each.

Fit screens first, then those not checked or due; expired and failed ones only when the reader overrides. Where no
screen of the role may be used, the next best kind of screen is, with a warning: images are never withheld for want of
a diagnostic screen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from workstation.hanging.screens import HangingScreen

Override: TypeAlias = bool | Collection[str]
"""Whether the reader uses unfit screens all the same: all of them, none, or those with these ids."""

# A display whose check is due is within limits: it keeps its place, so that layouts do not change with the calendar.
_FITNESS_RANK = MappingProxyType({"fit": 0, "due": 0, "unchecked": 1, "expired": 2, "failed": 2})
_UNFIT = 2
_STAND_INS: MappingProxyType[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "diagnostic": (("diagnostic",), ("mammography",), ("review",), ("report",)),
        "mammography": (("mammography", "diagnostic"), ("review",), ("report",)),
        "review": (("review",), ("report",), ("diagnostic", "mammography")),
        "report": (("report",), ("review",), ("diagnostic", "mammography")),
    }
)
_DIAGNOSTIC = frozenset({"diagnostic", "mammography"})
_BANNERS = MappingProxyType(
    {
        "fit": "",
        "unchecked": "This screen has not been checked.",
        "due": "This screen is due for its check.",
        "expired": "The check of this screen has expired; it is used at the reader's own decision.",
        "failed": "This screen failed its check; it is used at the reader's own decision.",
    }
)
_REFUSALS = MappingProxyType(
    {
        "expired": "The check of this screen has expired. To use it all the same, give a reason.",
        "failed": "This screen failed its check. To use it all the same, give a reason.",
    }
)


@dataclass(frozen=True)
class UsableScreen:
    """A screen that images may go to, with what must be said on it (empty for a fit diagnostic screen)."""

    screen: HangingScreen
    warning: str


@dataclass(frozen=True)
class LeftOutScreen:
    """A screen that images do not go to unless the reader overrides, with why."""

    screen_id: str
    reason: str


def usable_screens(screens: Sequence[HangingScreen], role: str, *, override: Override) -> tuple[UsableScreen, ...]:
    """The screens for ``role``, best first; empty only when every screen there is has expired or failed."""
    for roles in _STAND_INS[role]:
        able = [s for s in screens if s.role in roles and _may_be_used(s, override)]
        if able:
            able.sort(key=lambda s: (_FITNESS_RANK[s.fitness], roles.index(s.role), s.number))
            return tuple(UsableScreen(s, _warning(s, role)) for s in able)
    return ()


def left_out_screens(screens: Sequence[HangingScreen], *, override: Override) -> tuple[LeftOutScreen, ...]:
    """The screens that would be used but for their check."""
    unfit = (s for s in screens if not _may_be_used(s, override))
    return tuple(LeftOutScreen(s.id, _REFUSALS[s.fitness]) for s in sorted(unfit, key=lambda s: s.id))


def _may_be_used(screen: HangingScreen, override: Override) -> bool:
    if _FITNESS_RANK[screen.fitness] < _UNFIT or override is True:
        return True
    return override is not False and screen.id in override


def _warning(screen: HangingScreen, role: str) -> str:
    if role in _DIAGNOSTIC and screen.role not in _DIAGNOSTIC:
        note = "This is not a diagnostic screen, and no diagnostic one can be used."
        return f"{note} {_BANNERS[screen.fitness]}".strip()
    return _BANNERS[screen.fitness]
