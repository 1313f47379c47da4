"""The folders whose exports a person looks at, remembered in a text file, one path a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, write_atomically

FILE_NAME = "fleet-folders.txt"


def chosen_folders(config: Path) -> tuple[Path, ...]:
    """Those remembered in the folder ``config``, also where they are not there now.

    Raises
    ------
    BadInput
        When the file cannot be read.
    """
    path = config / FILE_NAME
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The file {path} cannot be read: {error}.", "Mend or remove it.") from error
    return tuple(Path(line) for line in lines if line.strip())


def remember_folders(config: Path, folders: Sequence[Path]) -> None:
    """Write them down.

    Raises
    ------
    BadInput
        When that cannot be done.
    """
    text = "".join(f"{folder}\n" for folder in folders)
    try:
        write_atomically(make_private_folder(config) / FILE_NAME, text.encode("utf-8"))
    except OSError as error:
        raise BadInput(f"The folders cannot be remembered in {config} ({error.strerror}).") from error
