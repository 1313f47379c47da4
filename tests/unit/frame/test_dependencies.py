"""What the program imports is what the project names: a library that only the test tools bring would be missed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FROM_THE_SYSTEM = {"msvcrt"}


def imported_libraries() -> set[str]:
    """Top-level names of all that the program's modules import and neither are nor come with Python."""
    found: set[str] = set()
    for file in [*(ROOT / "workstation").rglob("*.py"), *(ROOT / "calibration").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"workstation", "calibration"} - FROM_THE_SYSTEM


def test_every_library_is_a_named_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    stated = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    named = {re.split(r"[<>=!~\[; ]", text)[0].lower() for text in stated}
    brought_by = metadata.packages_distributions()
    unnamed = {
        name
        for name in imported_libraries()
        if not {each.lower().replace("_", "-") for each in brought_by.get(name, [])} & named
    }
    # shiboken6 is the other half of PySide6 and cannot be had without it.
    assert unnamed <= {"shiboken6"}


def test_locks_hold_no_index_address() -> None:
    for lock in ("requirements.lock", "requirements-speech.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
