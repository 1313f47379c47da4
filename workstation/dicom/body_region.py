"""Which region of the body a study shows, from the most to the least reliable source.

Anatomic Region Sequence, then Body Part Examined, then protocol, study and series descriptions through a table of
synonyms (``resources/body_regions.json``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from workstation.dicom.header import InstanceHeader
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

_SCHEMA = "body-regions/1"


@dataclass(frozen=True)
class BodyRegions:
    """The table of regions: code values and words, each pointing to one region such as ``HEAD`` or ``CHEST``.

    Attributes
    ----------
    by_code
        Code value (SNOMED CT or SRT) → region.
    by_words
        Folded words → region; a phrase of several words counts before its parts.
    """

    by_code: Mapping[str, str] = field(repr=False)
    by_words: Mapping[str, str] = field(repr=False)

    @staticmethod
    @cache
    def shipped() -> BodyRegions:
        """The table that comes with the program."""
        return load_body_regions(resource_path("body_regions.json"))

    def region_of(self, header: InstanceHeader) -> str:
        """The region an image shows, or an empty string."""
        for code in header.body_codes:
            if code in self.by_code:
                return self.by_code[code]
        texts = (header.body_part, header.study_description, header.protocol_name, header.series_description)
        return next((region for region in map(self.region_in, texts) if region), "")

    def region_in(self, text: str) -> str:
        """The first region that a text names, or an empty string."""
        return next(iter(self.regions_in(text)), "")

    def regions_in(self, text: str) -> tuple[str, ...]:
        """All regions that a text names, each once, in the order they are named."""
        words = _words(text)
        found: list[str] = []
        at = 0
        while at < len(words):
            length = next((n for n in (3, 2, 1) if " ".join(words[at : at + n]) in self.by_words), 0)
            if length:
                found.append(self.by_words[" ".join(words[at : at + length])])
            at += max(length, 1)
        return tuple(dict.fromkeys(found))


def load_body_regions(path: Path) -> BodyRegions:
    """Read a table.

    Raises
    ------
    BadInput
        When the file is not a table of body regions.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != _SCHEMA:
            raise ValueError(_SCHEMA)
        regions: dict[str, dict[str, list[str]]] = content["regions"]
        by_code = {code: region for region, row in regions.items() for code in row["codes"]}
        by_words = {
            " ".join(_words(phrase)): region for region, row in regions.items() for phrase in [region, *row["words"]]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path.name} is not a table of body regions ({_SCHEMA}).") from error
    return BodyRegions(by_code, by_words)


def _words(text: str) -> list[str]:
    """Upper-case words without accents; digits stay with their letters (``L1``)."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.upper())
