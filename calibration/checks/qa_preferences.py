"""What the calibration program remembers between two checks: operator, meter, check.

A TOML file in the config folder that a person may also edit by hand. Certificates stand in the meter book.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, write_atomically

FILE_NAME = "calibration.toml"


class QaPreferences(BaseModel):
    """What is remembered. Unknown keys are refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator: str = Field("", max_length=120, description="Who did the last check.")
    meter: str = Field("", max_length=500, description="Meter of the last check, as `open_meter` takes it.")
    last_check: str = Field("", max_length=60, description="Check that was chosen last.")


def load_qa_preferences(config: Path) -> QaPreferences:
    """Read what is remembered in the folder ``config``; an absent file means nothing yet.

    Raises
    ------
    BadInput
        Naming every wrong key at once.
    """
    path = config / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return QaPreferences()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The file {path} cannot be read: {error}.", "Mend or remove it.") from error
    try:
        return QaPreferences.model_validate(raw)
    except ValidationError as error:
        keys = ", ".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors())
        raise BadInput(f"The file {path} has wrong entries: {keys}.", "Mend or remove them.") from error


def save_qa_preferences(config: Path, preferences: QaPreferences) -> None:
    """Write ``preferences`` into the folder ``config``."""
    lines = [f"{key} = {_quoted(value)}\n" for key, value in preferences.model_dump().items()]
    write_atomically(make_private_folder(config) / FILE_NAME, "".join(lines).encode("utf-8"))


def _quoted(text: str) -> str:
    """A basic string of TOML: what is not printable is escaped, so that no entry can start a line of its own."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
