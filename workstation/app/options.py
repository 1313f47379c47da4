"""Options that several commands share, each spelt once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workstation.app.store import KeySource
from workstation.foundation.errors import BadInput
from workstation.site.folders import Folders, folders_for
from workstation.site.profile import SiteProfile, load_profile

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
Profile = Annotated[Path | None, typer.Option("--profile", help="Site profile: site.toml or the folder that holds it.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="File that opens the store; outside the data folder.")]
PassphraseFd = Annotated[int | None, typer.Option("--passphrase-fd", help="Descriptor to read the passphrase from.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
User = Annotated[str, typer.Option("--user", help="Name of the reader's account at the site.")]
PasswordFd = Annotated[
    int | None, typer.Option("--password-fd", help="Descriptor to read the account's password from.")
]


def key_source(key_file: Path | None, passphrase_fd: int | None) -> KeySource:
    """Where the store's key comes from, as the options say."""
    return KeySource(key_file, passphrase_fd)


def profile_of(profile: Path | None, folders: Folders) -> SiteProfile:
    """The profile named, else the one installed in the configuration folder.

    Raises
    ------
    BadInput
        When there is none, or it has faults.
    """
    if profile is not None:
        return load_profile(profile)
    installed = folders.config / "site"
    if not (installed / "site.toml").exists():
        raise BadInput(
            f"No site is set up on this computer: there is no site.toml in {installed}.",
            "Put the profile folder from your site there, or name it with --profile. "
            "To look around without a site: workstation demo.",
        )
    return load_profile(installed)


def folders_of(data_dir: Path | None) -> Folders:
    """Folders below ``data_dir``, else the platform's."""
    return folders_for(data_dir)


def existing(path: Path, what: str) -> Path:
    """``path``, provided that it is there.

    Raises
    ------
    BadInput
        Naming the path when it is not.
    """
    if not path.exists():
        raise BadInput(f"There is no {what} at {path}.", "Check the path.")
    return path
