"""Where the program keeps things: the platform's folders, or all under one ``--data-dir``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "lightbox"


@dataclass(frozen=True)
class Folders:
    """Folders at run time; nothing is written outside them. ``root``: the ``--data-dir`` that holds them, if any."""

    data: Path
    config: Path
    cache: Path
    state: Path
    root: Path | None = None

    @property
    def logs(self) -> Path:
        return self.state / "logs"


def folders_for(data_dir: Path | None) -> Folders:
    """The platform's folders (XDG variables are honoured), or everything below ``data_dir``."""
    if data_dir is not None:
        root = data_dir.expanduser().resolve()
        return Folders(data=root, config=root / "config", cache=root / "cache", state=root / "state", root=root)
    return Folders(
        data=Path(platformdirs.user_data_dir(_NAME, appauthor=False)),
        config=Path(platformdirs.user_config_dir(_NAME, appauthor=False)),
        cache=Path(platformdirs.user_cache_dir(_NAME, appauthor=False)),
        state=Path(platformdirs.user_state_dir(_NAME, appauthor=False)),
    )
