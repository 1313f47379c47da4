"""The look of the program as data: colours, spacing, type sizes. No Qt here, so the contrast rules are plain tests."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar


@dataclass(frozen=True)
class Surface:
    """Backgrounds, darkest first."""

    viewport: str = "#000000"
    window: str = "#0E1012"
    panel: str = "#15181B"
    raised: str = "#1C2024"
    line: str = "#2A2F35"


@dataclass(frozen=True)
class Text:
    """Text colours; ``disabled`` carries no information."""

    primary: str = "#C9D1D9"
    secondary: str = "#8B949E"
    disabled: str = "#565D66"
    on_image: str = "#B7C4CF"


@dataclass(frozen=True)
class Accent:
    """Selection, focus ring, active viewport frame; ``soft`` is a selected row behind primary text."""

    main: str = "#4C8DD6"
    soft: str = "#1B2D42"


@dataclass(frozen=True)
class Status:
    """Colours of states. Always beside a word or a sign, never alone."""

    ok: str = "#57AB5A"
    warn: str = "#D29922"
    fail: str = "#EB6159"
    info: str = "#6CB6FF"
    ai: str = "#A371F7"


@dataclass(frozen=True)
class Spacing:
    """Distances in logical pixels."""

    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741 - a size name, like those beside it
    xl: int = 24
    xxl: int = 32
    control: int = 28
    touch: int = 32


@dataclass(frozen=True)
class TypeSizes:
    """Text sizes in logical pixels."""

    caption: int = 11
    body: int = 13
    title: int = 15
    room: int = 20


@dataclass(frozen=True)
class Tokens:
    """The whole look."""

    surface: Surface = Surface()
    text: Text = Text()
    accent: Accent = Accent()
    status: Status = Status()
    spacing: Spacing = Spacing()
    type: TypeSizes = TypeSizes()
    factor: float = 1.0
    """How much larger than on an office monitor everything is drawn."""

    def px(self, size: int) -> int:
        """A size that is not among the tokens, drawn as large as they are."""
        return round(size * self.factor)


Sizes = TypeVar("Sizes", Spacing, TypeSizes)


def magnified(tokens: Tokens, factor: float) -> Tokens:
    """The same look, larger: for monitors with more dots to the inch."""
    if factor == 1.0:
        return tokens
    return replace(tokens, spacing=_larger(tokens.spacing, factor), type=_larger(tokens.type, factor), factor=factor)


def _larger(sizes: Sizes, factor: float) -> Sizes:
    return replace(sizes, **{each.name: round(getattr(sizes, each.name) * factor) for each in fields(sizes)})


def _linear(channel: int) -> float:
    """One sRGB channel (0-255) as linear light; WCAG 2.2, "relative luminance"."""
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def relative_luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of ``#RRGGBB``."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
