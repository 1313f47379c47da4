"""One file of macros: read with every fault named, changed in place so that nothing else in it is lost.

[[macro]]
name = "normal chest"             # how it is called, and what is said to insert it
text = "The lungs are clear. …"   # [___] is a blank to be filled in: the report cannot be signed with it
field = "findings"                # may be left out: the field of the template that it is meant for
modalities = ["CR", "DX"]         # may be left out: the modalities it is offered first for
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment

from workstation.dictation.wer import neutral_words
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, write_atomically

Origin = Literal["own", "site", "shipped"]
MOST_TEXT = 20_000
MOST_NAME = 60
MOST_BYTES = 4 << 20
_KEYS = frozenset({"name", "text", "field", "modalities"})
_NAME = re.compile(r"[^\W_](?:[^\W_]|[ '’/-])*")
_FIELD = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MODALITY = re.compile(r"[A-Z]{2,16}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NOT_A_LIST = "macro must be written [[macro]]"
_HEAD = "# Your own macros. Each begins with [[macro]] and has a name and a text; see the reader's guide.\n"


@dataclass(frozen=True)
class Macro:
    """A text with a name.

    Attributes
    ----------
    name
        How it is called and spoken: letters, digits, spaces, hyphens.
    text
        What is inserted; blanks as ``[___]``.
    field
        Id of the template field it is meant for; empty for any.
    modalities
        DICOM modalities it is offered first for; empty for all.
    origin
        Whose it is.
    """

    name: str
    text: str = dataclass_field(repr=False)
    field: str = ""
    modalities: tuple[str, ...] = ()
    origin: Origin = "own"

    @property
    def spoken(self) -> tuple[str, ...]:
        """The words of its name as they are said; two macros with the same cannot be told apart."""
        return spoken_words(self.name)


@lru_cache(maxsize=4096)
def spoken_words(name: str) -> tuple[str, ...]:
    """A macro's name as words, whatever its spelling."""
    return neutral_words(name, marks=False)


class MacroFile:
    """The macros of one file; an absent file has none.

    Parameters
    ----------
    path
        A TOML file.
    origin
        What its macros are marked with.
    """

    def __init__(self, path: Path, origin: Origin) -> None:
        self.path = path
        self.origin = origin

    def read(self) -> tuple[tuple[Macro, ...], BadInput | None]:
        """The macros that can be used, and what is wrong with the others or the file; None when nothing is."""
        try:
            document = self._parsed()
        except BadInput as error:
            return (), error
        found: list[Macro] = []
        faults = [f"{key} is not a key it may have" for key in document if key != "macro"]
        entries = document.get("macro", [])
        if not isinstance(entries, list):
            return (), self._refused([_NOT_A_LIST])
        for number, entry in enumerate(entries, 1):
            own_faults = tuple(_faults(entry, {each.spoken for each in found}))
            if own_faults:
                faults.append(f"{_title(entry, number)}: {', '.join(own_faults)}")
            else:
                found.append(_macro(entry, self.origin))
        return tuple(found), self._refused(faults) if faults else None

    def put(self, macro: Macro, instead_of: str = "") -> None:
        """Write a macro, in the place of the one named ``instead_of`` (or of its own name) if there is one.

        Raises
        ------
        BadInput
            When it is not a macro that can be read back, its name is taken by another entry, or the file cannot be
            changed without losing something. The file is as it was then.
        """
        faults = tuple(_faults(_table(macro), frozenset()))
        if faults:
            raise BadInput(f"The macro cannot be kept: {', '.join(faults)}.", "Mend it and save again.")
        document = self._document()
        entries = self._entries(document)
        place = _place(entries, instead_of or macro.name)
        taken = _place(entries, macro.name)
        if taken is not None and taken != place:
            raise BadInput(f"You already have a macro named {macro.name}.", "Use another name.")
        if place is None:
            entries.append(_new_entry(macro))
        else:
            _overwrite(entries[place], macro)
        self._write(document)

    def remove(self, name: str) -> None:
        """Take the macro of that name out of the file; nothing happens where there is none.

        Raises
        ------
        BadInput
            When the file cannot be changed without losing something.
        """
        document = self._document()
        entries = self._entries(document)
        place = _place(entries, name)
        if place is not None:
            comments = [item for key, item in entries[place].value.body if key is None and isinstance(item, Comment)]
            del entries[place]
            if not len(entries):
                del document["macro"]  # it would be written as an array of values, which has no place for comments
            _keep_comments(comments, entries[max(0, place - 1)] if len(entries) else document)
            self._write(document)

    def _entries(self, document: Any) -> Any:
        """Where the file's macros are, to be changed."""
        if document.get("macro") == []:
            del document["macro"]
        entries = document.setdefault("macro", tomlkit.aot())
        if not isinstance(entries, AoT):
            raise self._refused([_NOT_A_LIST])
        return entries

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text())
        except tomllib.TOMLDecodeError as error:
            raise self._refused([str(error)]) from error

    def _document(self) -> Any:
        """The file with its comments, to be changed."""
        try:
            return tomlkit.parse(self._text() or _HEAD)
        except TOMLKitError as error:
            raise self._refused([str(error).splitlines()[0]]) from error

    def _text(self) -> str:
        """What is in the file; "" where there is none."""
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise self._refused(["it is larger than any file of macros"])
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise self._refused(["it is not a text file that can be read"]) from error

    def _refused(self, faults: list[str]) -> BadInput:
        what = f"The file of macros {self.path} cannot be read in full: {'; '.join(faults)}."
        advice = "Mend the file; its other macros can be used." if self.origin == "own" else "Tell who installed it."
        return BadInput(what, advice)

    def _write(self, document: Any) -> None:
        text = tomlkit.dumps(document)
        try:
            make_private_folder(self.path.parent)
            write_atomically(self.path, text.encode())
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else "the disk refused it"
            raise BadInput(
                f"The macros cannot be written to {self.path}: {why}.", "Make room and try again."
            ) from error


def _faults(entry: Any, taken: frozenset[tuple[str, ...]] | set[tuple[str, ...]]) -> Iterator[str]:
    """Everything that is wrong with an entry, in words."""
    if not isinstance(entry, Mapping):
        yield "it is no table"
        return
    yield from (f"{key} is not a key it may have" for key in entry if key not in _KEYS)
    yield from _name_faults(entry.get("name"), taken)
    text = entry.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "it has no text"
    elif len(text) > MOST_TEXT or _CONTROL.search(text):
        yield f"its text has control characters or more than {MOST_TEXT} characters"
    field = entry.get("field", "")
    if not isinstance(field, str) or (field and not _FIELD.fullmatch(field)):
        yield "field must be the id of a field, such as findings"
    modalities = entry.get("modalities", [])
    is_list = isinstance(modalities, list) and all(isinstance(each, str) for each in modalities)
    if not is_list or not all(_MODALITY.fullmatch(each) for each in modalities):
        yield 'modalities must be a list such as ["CT", "MR"]'


def _name_faults(name: Any, taken: frozenset[tuple[str, ...]] | set[tuple[str, ...]]) -> Iterator[str]:
    if not isinstance(name, str) or not name.strip():
        yield "it has no name"
    elif len(name) > MOST_NAME or not _NAME.fullmatch(name) or not spoken_words(name):
        yield f"its name must be at most {MOST_NAME} letters, digits, spaces and hyphens, so that it can be spoken"
    elif spoken_words(name) in taken:
        yield "another macro before it has this name"


def _title(entry: Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return f"entry {number} ({name})" if isinstance(name, str) and name.strip() else f"entry {number}"


def _macro(entry: Mapping[str, Any], origin: Origin) -> Macro:
    modalities = tuple(dict.fromkeys(str(each) for each in entry.get("modalities", [])))
    return Macro(str(entry["name"]), str(entry["text"]), str(entry.get("field", "")), modalities, origin)


def _place(entries: Any, name: str) -> int | None:
    """Which entry has this name, as it is spoken."""
    wanted = spoken_words(name)
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        own = entry.get("name") if isinstance(entry, Mapping) else None
        if isinstance(own, str) and spoken_words(own) == wanted:
            return number
    return None


def _table(macro: Macro) -> dict[str, Any]:
    filled = {"name": macro.name, "text": macro.text, "field": macro.field, "modalities": list(macro.modalities)}
    return {key: value for key, value in filled.items() if value or key in ("name", "text")}


def _new_entry(macro: Macro) -> Any:
    entry = tomlkit.table()
    _overwrite(entry, macro)
    entry.add(tomlkit.nl())
    return entry


def _keep_comments(comments: list[Any], place: Any) -> None:
    """Comments below an entry are mostly about the next one; they stay when it goes."""
    for comment in comments:
        place.add(tomlkit.comment(comment.as_string().strip().removeprefix("#").strip()))


def _overwrite(entry: Any, macro: Macro) -> None:
    values = _table(macro)
    for key in [key for key in entry if key not in values]:
        del entry[key]
    for key, value in values.items():
        entry[key] = tomlkit.string(value, multiline="\n" in value) if key == "text" else value
