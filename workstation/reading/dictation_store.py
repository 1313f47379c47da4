"""Recordings in sealed files whose names tell nothing."""

from __future__ import annotations

from pathlib import Path

from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.vault.errors import DamagedObject
from workstation.vault.keys import Vault
from workstation.vault.sealed_folder import SealedFolder

FOLDER_NAME = "dictation"
DAMAGED = "recording-damaged"


class DictationStore:
    """The `utterance_audio.SealedStore` of this computer. A damaged file is none: the text does not hang on it."""

    def __init__(self, vault: Vault, folder: Path, conditions: ConditionBoard) -> None:
        self._files = SealedFolder(vault, folder, "recordings")
        self._conditions = conditions

    def read(self, name: str) -> bytes | None:
        """The content; None when there is none, or it was changed or exchanged."""
        try:
            return self._files.read(name)
        except DamagedObject:
            self._conditions.raise_condition(
                DAMAGED,
                Severity.INFO,
                "A recording of dictated speech is damaged and cannot be played.",
                "The text of the report is not touched by it.",
            )
            return None

    def has(self, name: str) -> bool:
        """Whether there is a file, damaged or not."""
        return self._files.exists(name)

    def write(self, name: str, content: bytes) -> None:
        """Replace the content, durably."""
        self._files.write(name, content)

    def remove(self, name: str) -> None:
        """Take it away."""
        self._files.remove(name)
