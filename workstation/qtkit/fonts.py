"""The program's typeface: shipped in resources/fonts, tabular figures on; the system's sans where it is absent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from workstation.foundation.resources import resource_path
from workstation.qtkit.tokens import Tokens

_TABULAR = QFont.Tag("tnum")
_SUFFIXES = (".ttf", ".otf")


def load_families(folder: Path) -> tuple[str, ...]:
    """Make the fonts in ``folder`` known to Qt; the names of their families, in order of file name."""
    families: list[str] = []
    for path in sorted(p for p in folder.glob("*") if p.suffix.lower() in _SUFFIXES):
        number = QFontDatabase.addApplicationFont(str(path))
        for family in QFontDatabase.applicationFontFamilies(number) if number >= 0 else []:
            if family not in families:
                families.append(family)
    return tuple(families)


def choose_family(families: tuple[str, ...]) -> str:
    """The family for the interface: the shipped sans with the shortest name, or the system's general font."""
    sans = sorted((f for f in families if "mono" not in f.lower() and "serif" not in f.lower()), key=len)
    if sans:
        return sans[0]
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def interface_font(size_px: int | None = None, *, bold: bool = False) -> QFont:
    """The application's font at a type size of the tokens (logical pixels)."""
    font = QFont(QFont().family())
    font.setPixelSize(size_px or Tokens().type.body)
    font.setFeature(_TABULAR, 1)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def load_interface_font() -> QFont:
    """Load the shipped fonts and give the one to set on the application."""
    font = QFont(choose_family(load_families(resource_path("fonts"))))
    font.setPixelSize(Tokens().type.body)
    font.setFeature(_TABULAR, 1)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    return font
