"""What each reader has corrected, and the words each has added: sealed, and nobody else's."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import BadInput
from workstation.vault.errors import DamagedObject
from workstation.vault.keys import Vault
from workstation.vault.sealed_folder import SealedFolder

DAMAGED = "learnt-corrections-damaged"


@dataclass(frozen=True)
class Learnt:
    """What one reader has taught."""

    corrections: LearntCorrections = field(default_factory=LearntCorrections)
    own_words: tuple[str, ...] = field(default=(), repr=False)


class LearntStore:
    """One sealed file per reader."""

    def __init__(self, vault: Vault, folder: Path, conditions: ConditionBoard) -> None:
        self._files = SealedFolder(vault, folder, "learnt")
        self._conditions = conditions

    def load(self, user: str) -> Learnt:
        """What this reader has taught; nothing where that cannot be read, and a condition says so."""
        try:
            kept = self._files.read(user)
            return _parsed(kept) if kept is not None else Learnt()
        except (DamagedObject, BadInput):
            self._conditions.raise_condition(
                DAMAGED,
                Severity.WARN,
                "What you taught dictation cannot be read.",
                "Dictation starts without it; correct its mistakes again.",
            )
            return Learnt()

    def save(self, user: str, learnt: Learnt) -> None:
        """Keep it, durably."""
        body = {"corrections": learnt.corrections.to_json(), "own_words": list(learnt.own_words)}
        self._files.write(user, json.dumps(body, ensure_ascii=False).encode())
        self._conditions.end(DAMAGED)


def _parsed(kept: bytes) -> Learnt:
    try:
        body = json.loads(kept)
        words = tuple(str(word) for word in body["own_words"])
        return Learnt(LearntCorrections.from_json(str(body["corrections"])), words)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("What you taught dictation is not of a kind this program knows.") from error
