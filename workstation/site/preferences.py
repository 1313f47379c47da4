"""The reader's own choices, in a TOML file the reader may also edit by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically


class Preferences(BaseModel):
    """What one reader likes. Unknown keys are refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stat_sound: bool = Field(True, description="Play a sound when a STAT item arrives.")
    worklist_density: Literal["comfortable", "compact"] = Field("comfortable", description="Height of worklist rows.")
    worklist_columns: str = Field("", description="Columns of the worklist in their order, each with its width.")
    annotations: Literal["full", "minimal", "off"] = Field("full", description="Text drawn over images.")
    image_memory_mib: int = Field(
        0, ge=0, le=1 << 20, description="Memory for decoded images in MiB; 0 takes half of what is free at the start."
    )
    screen_roles: dict[str, str] = Field(
        default_factory=dict,
        description="Monitor (name, or manufacturer/model/serial) to role: report, diagnostic, mammography or review.",
    )
    microphone: str = Field("", description="Name of the microphone to dictate with; empty for the system's choice.")
    speech_engine: Literal["", "vosk", "pocketsphinx", "off"] = Field(
        "", description="Which engine writes while you speak; empty takes the best that is installed."
    )
    second_pass: bool = Field(True, description="Listen to each utterance again with a better engine, and mend it.")
    speech_models_hint: bool = Field(True, description="Say at the start that there is no speech model for live text.")
    microphone_buttons: dict[str, str] = Field(
        default_factory=dict,
        description="What buttons of dictation microphones do, where it is not as shipped: device.button to action.",
    )


def load_preferences(path: Path) -> Preferences:
    """Read preferences; an absent file means the defaults.

    Raises
    ------
    BadInput
        Naming every wrong key at once.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"Your preferences in {path} cannot be read: {error}.", "Mend or remove the file.") from error
    try:
        return Preferences.model_validate(raw)
    except ValidationError as error:
        keys = ", ".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors())
        raise BadInput(f"Your preferences in {path} have wrong entries: {keys}.", "Mend or remove them.") from error


def save_preferences(path: Path, preferences: Preferences) -> None:
    """Write preferences as TOML."""
    lines = []
    tables = []
    for key, value in preferences.model_dump().items():
        if isinstance(value, dict):
            tables.append(f"\n[{key}]\n" + "".join(f"{_quoted(k)} = {_quoted(v)}\n" for k, v in value.items()))
        elif isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}\n")
        elif isinstance(value, int):
            lines.append(f"{key} = {value}\n")
        else:
            lines.append(f"{key} = {_quoted(str(value))}\n")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(path, "".join(lines + tables).encode("utf-8"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
