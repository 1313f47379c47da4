"""Whether the windows of a file act on stored or on rescaled values, by modality; a site may decide otherwise.

IHE BIR has MR, XA and RF windowed before their rescale. PET is not among them: its slope differs from slice to slice,
so a window on stored values would mean something else in each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from workstation.dicom.header import InstanceHeader
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

STORED, RESCALED = "stored values", "rescaled values"
_ALWAYS_RESCALED = frozenset({"PT", "CT"})


@dataclass(frozen=True)
class DisplayRules:
    """What windows act on, by modality; modalities that are not named are rescaled.

    Raises
    ------
    BadInput
        When a rule is neither ``stored values`` nor ``rescaled values``, or would leave CT or PET without rescale.
    """

    by_modality: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for modality, rule in self.by_modality.items():
            if rule not in {STORED, RESCALED}:
                raise BadInput(f"The display rule of {modality} is not known.", f"Write {STORED!r} or {RESCALED!r}.")
            if rule == STORED and modality in _ALWAYS_RESCALED:
                raise BadInput(f"Windows of {modality} always act on rescaled values.", "Take the rule out.")
        object.__setattr__(self, "by_modality", MappingProxyType(dict(self.by_modality)))

    @classmethod
    def shipped(cls) -> DisplayRules:
        """The table that ships with the program: IHE BIR."""
        return _shipped()

    def with_own(self, own: Mapping[str, str]) -> DisplayRules:
        """These rules, with a site's own in the place of those for the same modality."""
        return DisplayRules({**self.by_modality, **own})

    def rule_of(self, modality: str) -> str:
        """``stored values`` or ``rescaled values``."""
        return self.by_modality.get(modality, RESCALED)

    def upon(self, header: InstanceHeader) -> InstanceHeader:
        """``header`` with the rule that holds for it; the header itself where that is the shipped one."""
        rule = self.rule_of(header.modality)
        is_usual = rule == self.shipped().rule_of(header.modality) and not header.windows_act_on
        return header if is_usual else replace(header, windows_act_on=rule)


@lru_cache(maxsize=1)
def _shipped() -> DisplayRules:
    table = tomllib.loads(resource_path("display_rules.toml").read_text("utf-8"))
    return DisplayRules(table["display_rules"])
