"""The demo: its own site, its own data folder, its own key, and the application or a script on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workstation.app.borrowed import borrowed_folder
from workstation.app.demo_displays import give_records
from workstation.app.demo_speech import give_speech_model
from workstation.app.site_process import RunningSite, demo_site_process
from workstation.app.store import KeySource
from workstation.foundation.errors import BadInput
from workstation.site.folders import Folders, folders_for
from workstation.site.profile import load_profile

DEMO_USER, DEMO_PASSWORD = "dr.demo", "demo"


@dataclass(frozen=True)
class DemoChoices:
    """What the command line said."""

    pacs: str
    out: Path | None
    screenshots: Path | None
    studies: Path | None
    item: str


class Demo:
    """One demonstration. Never touches the reader's own data.

    Parameters
    ----------
    data_dir
        Where data stays, with the throw-away key beside it as ``DIR.key``; None: a fresh folder that is removed.
    """

    def __init__(self, choices: DemoChoices, data_dir: Path | None) -> None:
        self._choices = choices
        self._data_dir = data_dir

    def with_windows(self) -> int:
        """Open the application on the demo site."""
        from workstation.app.windows import run_windows

        with self._folders() as (folders, keys), self._site(folders) as site:
            give_speech_model(folders)
            return run_windows(
                folders,
                lambda: load_profile(site.profile),
                keys,
                suggested_user=DEMO_USER,
                on_displays=lambda displays: give_records(folders, displays),
            )

    def script(self) -> dict[str, Any]:
        """Do the whole job without a person; return what DESIGN section 10 lists."""
        from workstation.app.script import MainJob

        if self._choices.screenshots is not None:
            import workstation.app.shown_job  # noqa: F401 - Qt, before anything is borrowed

        with self._folders() as (folders, keys), self._site(folders) as site:
            profile = load_profile(site.profile)
            job = MainJob(folders, profile, keys, user=DEMO_USER, password=DEMO_PASSWORD)
            return job.run(wanted_item=self._choices.item, out=self._choices.out, screenshots=self._choices.screenshots)

    @contextmanager
    def _folders(self) -> Iterator[tuple[Folders, KeySource]]:
        if self._data_dir is None:
            with borrowed_folder("lightbox-demo-") as scratch:
                yield folders_for(scratch / "data"), KeySource(key_file=scratch / "data.key")
            return
        data_dir = self._data_dir.expanduser().resolve()
        key = data_dir.with_name(data_dir.name + ".key")
        if (data_dir / "vault.json").exists() and not key.exists():
            raise BadInput(
                f"The folder {data_dir} holds data that the demo did not make.", "Name a new folder for the demo."
            )
        yield folders_for(data_dir), KeySource(key_file=key)

    @contextmanager
    def _site(self, folders: Folders) -> Iterator[RunningSite]:
        kept = folders_for(self._data_dir)  # generated studies are kept in the cache, also for a fresh folder
        del folders
        with demo_site_process(kept, pacs=self._choices.pacs, studies=self._choices.studies) as site:
            yield site
