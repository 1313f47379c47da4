"""Macros: texts that are inserted by name, by key or by voice.

They come from three files: the reader's own, the site's, and the one that ships. Where two have a macro of the same
name (as it is spoken), the reader's counts before the site's, and the site's before the shipped one. An entry that
cannot be read is named with its file; the others can be used all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workstation.dictation.macro_files import Macro, MacroFile, spoken_words
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

FILE_NAME = "macros.toml"
BLANK = "[___]"
_BLANK = re.compile(r"\[[^\]\n]*(?:_{3,}|\||\.\.\.|…|\?)[^\]\n]*\]|\[\s*\]|_{3,}")


@dataclass(frozen=True)
class MacroList:
    """What the files held when they were read.

    Attributes
    ----------
    macros
        Those that count, by name.
    hidden
        Those that another of the same name stands before.
    faults
        What is wrong with the files, one each.
    """

    macros: tuple[Macro, ...] = ()
    hidden: tuple[Macro, ...] = ()
    faults: tuple[BadInput, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What can be said after "insert macro"."""
        return tuple(each.name for each in self.macros)

    @property
    def texts(self) -> dict[str, str]:
        """Name → what is inserted."""
        return {each.name: each.text for each in self.macros}

    def named(self, name: str) -> Macro | None:
        """The macro that is called so, whatever the spelling; None where there is none."""
        wanted = spoken_words(name)
        return next((each for each in self.macros if each.spoken == wanted), None)

    def offered(self, typed: str = "", field: str = "", modality: str = "") -> tuple[Macro, ...]:
        """Macros whose name or text has every typed word; those meant for the field and the modality first."""
        words = typed.casefold().split()
        fitting = [each for each in self.macros if all(word in _haystack(each) for word in words)]
        start = typed.strip().casefold()
        return tuple(sorted(fitting, key=lambda each: _order(each, start, field, modality)))


class Macros:
    """The three files.

    Parameters
    ----------
    own
        The reader's own file; made when the first macro is kept.
    site
        The site's file; None where the site has none.
    shipped
        The file that came with the program.
    """

    def __init__(self, own: Path, site: Path | None = None, shipped: Path | None = None) -> None:
        self._own = MacroFile(own, "own")
        others = [MacroFile(site, "site")] if site is not None else []
        self._files = (self._own, *others, MacroFile(shipped or resource_path("dictation", FILE_NAME), "shipped"))
        self._list: MacroList | None = None

    @property
    def current(self) -> MacroList:
        """The macros as they were read last (quick after the first time)."""
        return self._list if self._list is not None else self.read()

    @property
    def own_path(self) -> Path:
        """Where the reader's own file is."""
        return self._own.path

    def read(self) -> MacroList:
        """Read the files again."""
        read = [file.read() for file in self._files]
        found = [macro for macros, _ in read for macro in macros]
        faults = tuple(fault for _, fault in read if fault is not None)
        self._list = _first_of_each(found, faults)
        return self._list

    def keep(self, macro: Macro, instead_of: str = "") -> MacroList:
        """Write one of the reader's own macros; ``instead_of`` is the name it had before.

        Raises
        ------
        BadInput
            When it cannot be kept; nothing is changed then.
        """
        self._own.put(replace(macro, origin="own"), instead_of)
        return self.read()

    def remove(self, name: str) -> MacroList:
        """Take one of the reader's own macros out; a macro of the site of that name counts again.

        Raises
        ------
        BadInput
            When the file cannot be changed; nothing is changed then.
        """
        self._own.remove(name)
        return self.read()


def blanks_of(text: str) -> tuple[tuple[int, int], ...]:
    """Where blanks and choices stand in a text: (start, end) of each, as the signing check finds them."""
    return tuple(found.span() for found in _BLANK.finditer(text))


def _first_of_each(found: Iterable[Macro], faults: Sequence[BadInput]) -> MacroList:
    counting: dict[tuple[str, ...], Macro] = {}
    hidden = [macro for macro in found if counting.setdefault(macro.spoken, macro) is not macro]
    macros = sorted(counting.values(), key=lambda each: each.name.casefold())
    return MacroList(tuple(macros), tuple(hidden), tuple(faults))


def _haystack(macro: Macro) -> str:
    return f"{macro.name} {macro.text} {' '.join(macro.modalities)}".casefold()


def _order(macro: Macro, start: str, field: str, modality: str) -> tuple[bool, bool, bool, bool, str]:
    """What begins with or holds the typed words in its name, then what is meant for here, then by name."""
    name = macro.name.casefold()
    is_elsewhere = bool(macro.modalities) and bool(modality) and modality not in macro.modalities
    is_other_field = bool(macro.field) and bool(field) and macro.field != field
    return not name.startswith(start), start not in name, is_elsewhere, is_other_field, name
