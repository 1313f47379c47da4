"""Data that ships with the program: from the wheel when installed, else from the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_folder() -> Path:
    """The folder that holds hanging protocols, templates, fonts and icons.

    Raises
    ------
    RuntimeError
        When neither place exists: the installation is broken.
    """
    for candidate in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if candidate.is_dir():
            return candidate
    raise RuntimeError("the program's resources folder is missing from this installation")


def resource_path(*parts: str) -> Path:
    """Path of one resource, for example ``resource_path("templates", "ct-head.json")``."""
    return resource_folder().joinpath(*parts)
