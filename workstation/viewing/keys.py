"""The key map as data: palette, tool tips, windows, help and the printed card are all made from it.

Keys are written as Qt writes them. Every key can be changed by the reader; two actions of one place never share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from workstation.viewing.actions import (
    Action,
    ChoosePreset,
    ChooseTool,
    CycleAnnotations,
    Fit,
    Flip,
    GoTo,
    Invert,
    NextProjection,
    NoState,
    Reset,
    Rotate,
    Scroll,
    ShowAcquired,
    ShowReformat,
    StepSeries,
    StepState,
    ThickenSlab,
    ToggleLink,
    ToggleOverlays,
    ToggleShutter,
    Tool,
    TurnPlanes,
)


class Place(StrEnum):
    """Where a key works. Keys that work everywhere must not be letters: people type."""

    IMAGES = "images"
    REPORT = "report"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True)
class KeyBinding:
    """One action with its keys.

    Attributes
    ----------
    id
        Stays for ever: preferences and tests use it.
    title
        In the palette and tool tips, and as the accessible name: what it does, in the reader's words.
    group
        Heading in the palette and on the card.
    keys
        The first is the one shown.
    action
        For a `CaseView`; None where the windows themselves do it.
    """

    id: str
    title: str
    group: str
    keys: tuple[str, ...]
    place: Place = Place.IMAGES
    action: Action | None = None

    @property
    def key(self) -> str:
        """The key shown; empty for none."""
        return self.keys[0] if self.keys else ""

    @property
    def tool_tip(self) -> str:
        """``Invert (I)``."""
        return f"{self.title} ({self.key})" if self.key else self.title


def _image(id_: str, title: str, group: str, *keys: str, action: Action | None = None) -> KeyBinding:
    return KeyBinding(f"image.{id_}", title, group, keys, Place.IMAGES, action)


_PRESETS = tuple(
    _image(f"preset.{n}", f"Window preset {n}", "Window", str(n), action=ChoosePreset(n)) for n in range(1, 10)
)
_TURN_DEG = 5.0
_REFORMATS = (
    _image("reformat", "Reformat: axial, coronal, sagittal, acquired", "Reformat", "M", action=ShowReformat()),
    _image("reformat.axial", "Axial reformat", "Reformat", "Shift+A", action=ShowReformat("AXIAL")),
    _image("reformat.coronal", "Coronal reformat", "Reformat", "Shift+C", action=ShowReformat("CORONAL")),
    _image("reformat.sagittal", "Sagittal reformat", "Reformat", "Shift+S", action=ShowReformat("SAGITTAL")),
    _image("reformat.acquired", "Back to the acquired images", "Reformat", "Shift+M", action=ShowAcquired()),
    _image("slab.thicker", "Thicker slab", "Reformat", "Shift+Up", action=ThickenSlab(1)),
    _image("slab.thinner", "Thinner slab", "Reformat", "Shift+Down", action=ThickenSlab(-1)),
    _image("slab.projection", "Slab: MIP, MinIP, average", "Reformat", "Shift+P", action=NextProjection()),
    _image("turn.right", "Turn the plane to the right by 5°", "Reformat", "Alt+Right", action=TurnPlanes(_TURN_DEG)),
    _image("turn.left", "Turn the plane to the left by 5°", "Reformat", "Alt+Left", action=TurnPlanes(-_TURN_DEG)),
    _image(
        "turn.up",
        "Turn the plane upwards by 5°",
        "Reformat",
        "Alt+Up",
        action=TurnPlanes(-_TURN_DEG, about_vertical=False),
    ),
    _image(
        "turn.down",
        "Turn the plane downwards by 5°",
        "Reformat",
        "Alt+Down",
        action=TurnPlanes(_TURN_DEG, about_vertical=False),
    ),
)
KEY_MAP: tuple[KeyBinding, ...] = (
    _image("next", "Next image", "Scroll", "Down", "Right", action=Scroll(1)),
    _image("previous", "Previous image", "Scroll", "Up", "Left", action=Scroll(-1)),
    _image("first", "First image", "Scroll", "Home", action=GoTo(0)),
    _image("last", "Last image", "Scroll", "End", action=GoTo(-1)),
    _image("next_series", "Next series", "Scroll", "PgDown", action=StepSeries(1)),
    _image("previous_series", "Previous series", "Scroll", "PgUp", action=StepSeries(-1)),
    _image("link", "Link or unlink scrolling", "Scroll", "S", action=ToggleLink()),
    _image("cine", "Play or stop", "Scroll", "C"),
    _image("window", "Drag the window with the left button", "Window", "W", action=ChooseTool(Tool.WINDOW)),
    *_PRESETS,
    _image("invert", "Invert black and white", "Window", "I", action=Invert()),
    _image("zoom", "Drag the zoom with the left button", "Size and place", "Z", action=ChooseTool(Tool.ZOOM)),
    _image("fit", "Fit the whole image", "Size and place", "F", action=Fit()),
    _image("one_to_one", "One image pixel to one screen pixel", "Size and place", "O"),
    _image("flip_sideways", "Mirror left to right (radiographs)", "Size and place", "H", action=Flip()),
    _image("flip_over", "Mirror top to bottom (radiographs)", "Size and place", "V", action=Flip(top_to_bottom=True)),
    _image("rotate_right", "Turn to the right (radiographs)", "Size and place", "R", action=Rotate(1)),
    _image("rotate_left", "Turn to the left (radiographs)", "Size and place", "L", action=Rotate(-1)),
    _image("reset", "Reset the viewport, keep the image", "Size and place", "Space", action=Reset()),
    _image("next_state", "Next presentation state", "Presentation states", "Y", action=StepState(1)),
    _image("no_state", "No presentation state", "Presentation states", "Shift+Y", action=NoState()),
    _image("overlays", "Show or hide overlays and graphics", "Presentation states", "Shift+G", action=ToggleOverlays()),
    _image("shutter", "Shutter on or off", "Presentation states", "U", action=ToggleShutter()),
    *_REFORMATS,
    _image("annotations", "Annotations full, minimal, off", "Layout", "G", action=CycleAnnotations()),
    _image("next_stage", "Next hanging stage", "Layout", "."),
    _image("previous_stage", "Previous hanging stage", "Layout", ","),
    _image("give_up", "Give up the current tool", "Layout", "Escape", action=ChooseTool(Tool.WINDOW)),
    KeyBinding("worklist.next", "Open the next unread item", "Worklist", ("N",), Place.IMAGES),
    KeyBinding("report.next_field", "Next field of the report", "Report", ("Tab",), Place.REPORT),
    KeyBinding("report.previous_field", "Previous field of the report", "Report", ("Shift+Tab",), Place.REPORT),
    KeyBinding("report.sign", "Sign the report", "Report", ("F12",), Place.EVERYWHERE),
    KeyBinding(
        "report.sign_next", "Sign the report and open the next item", "Report", ("Ctrl+Return",), Place.EVERYWHERE
    ),
    KeyBinding("palette", "Show all commands", "Go to", ("Ctrl+K",), Place.EVERYWHERE),
    KeyBinding("help", "Help for what is in focus", "Go to", ("F1",), Place.EVERYWHERE),
)
RESERVED_KEYS: MappingProxyType[str, str] = MappingProxyType(
    {
        "D": "distance",
        "A": "angle",
        "E": "ellipse",
        "T": "text",
        "P": "probe",
        "K": "key image",
        "X": "3-D cursor",
        "F4": "microphone",
    }
)
"""Keys that are kept free, with what they are kept for; readers may still take them."""


def with_own_keys(own: Mapping[str, str], bindings: Iterable[KeyBinding] = KEY_MAP) -> tuple[KeyBinding, ...]:
    """The key map with the reader's own keys, by action id; an own key is taken away from whoever had it."""
    bindings = tuple(bindings)
    taken = {(b.place, own[b.id]) for b in bindings if own.get(b.id)}
    return tuple(_with_own(b, own, taken) for b in bindings)


def clashes(bindings: Iterable[KeyBinding]) -> tuple[str, ...]:
    """Every key that two actions of one place want, in words."""
    seen: dict[tuple[Place, str], KeyBinding] = {}
    found = []
    for binding in bindings:
        for key in binding.keys:
            for place in Place if binding.place is Place.EVERYWHERE else (binding.place, Place.EVERYWHERE):
                other = seen.get((place, key))
                if other is not None and other is not binding:
                    found.append(f"{key}: {other.title} and {binding.title}")
            seen[(binding.place, key)] = binding
    return tuple(dict.fromkeys(found))


def _with_own(binding: KeyBinding, own: Mapping[str, str], taken: set[tuple[Place, str]]) -> KeyBinding:
    if binding.id in own:
        return replace(binding, keys=(own[binding.id],) if own[binding.id] else ())
    kept = tuple(key for key in binding.keys if not _is_taken(binding.place, key, taken))
    return replace(binding, keys=kept)


def _is_taken(place: Place, key: str, taken: set[tuple[Place, str]]) -> bool:
    return any(key == k and (p is place or Place.EVERYWHERE in {p, place}) for p, k in taken)
