"""Commands of a reader: the application, the demo, and the client without windows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workstation.app.options import (
    AsJson,
    DataDir,
    KeyFile,
    PassphraseFd,
    PasswordFd,
    Profile,
    User,
    folders_of,
    key_source,
    profile_of,
)
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.terminal import emit_json, emit_text, progress_bar, tell


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("run", help="The application.")(run)
    app.command("demo", help="A demo site with synthetic patients, and the application on it.")(demo)
    app.command("worklist", help="Print the worklist of the site.")(worklist)
    app.command("sync", help="Fetch images and deliver reports without windows.")(sync)


def run(
    data_dir: DataDir = None, profile: Profile = None, key_file: KeyFile = None, passphrase_fd: PassphraseFd = None
) -> int:
    """Open the application."""
    from workstation.app.windows import run_windows

    folders = folders_of(data_dir)
    return run_windows(folders, lambda: profile_of(profile, folders), key_source(key_file, passphrase_fd))


def demo(
    pacs: Annotated[str, typer.Option(help="embedded, or orthanc: a real Orthanc for the images.")] = "embedded",
    script: Annotated[bool, typer.Option("--script", help="Do the whole job without a person.")] = False,
    out: Annotated[Path | None, typer.Option(help="Leave the signed report here.")] = None,
    screenshots: Annotated[Path | None, typer.Option(help="Show the windows and leave pictures of them here.")] = None,
    studies: Annotated[Path | None, typer.Option(help="Folder of DICOM files to read instead of the demo's.")] = None,
    item: Annotated[str, typer.Option(help="Text of the item that --script reads.")] = "",
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> int:
    """Run a demo site and the application, or the whole job by itself."""
    from workstation.app.demo import Demo, DemoChoices

    if profile is not None:
        raise BadInput("The demo brings its own site profile.", "Leave --profile out, or use: workstation run.")
    if pacs not in ("embedded", "orthanc"):
        raise BadInput(f"--pacs must be embedded or orthanc, not {pacs}.")
    demonstration = Demo(DemoChoices(pacs=pacs, out=out, screenshots=screenshots, studies=studies, item=item), data_dir)
    if not script:
        return demonstration.with_windows()
    outcome = demonstration.script()
    if as_json:
        emit_json(outcome)
    else:
        emit_text(_as_words(outcome))
    return 0 if all(each["state"] == "delivered" for each in outcome["deliveries"]) and _is_whole(outcome) else 1


def worklist(
    user: User = "",
    password_fd: PasswordFd = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    key_file: KeyFile = None,
    passphrase_fd: PassphraseFd = None,
    as_json: AsJson = False,
) -> int:
    """Log in, look once, print."""
    from workstation.app.headless import headless_desk, worklist_document, worklist_lines

    folders = folders_of(data_dir)
    site = profile_of(profile, folders)
    who = _credentials(user, password_fd)
    with headless_desk(folders, site, key_source(key_file, passphrase_fd), who) as desk:
        desk.look_once(CancelToken())
        rows = desk.worklist_rows()
    if as_json:
        emit_json(worklist_document(rows))
    else:
        emit_text("\n".join(worklist_lines(rows)) or "The worklist is empty.")
    return 0


def sync(
    once: Annotated[bool, typer.Option("--once", help="One turn, then end.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")] = False,
    study: Annotated[str, typer.Option(help="Only this Study Instance UID.")] = "",
    user: User = "",
    password_fd: PasswordFd = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    key_file: KeyFile = None,
    passphrase_fd: PassphraseFd = None,
    as_json: AsJson = False,
) -> int:
    """Poll, fetch, deliver."""
    from workstation.app.headless import headless_desk, sync_document, sync_until_done

    if once and watch:
        raise BadInput("--once and --watch exclude each other.")
    folders = folders_of(data_dir)
    site = profile_of(profile, folders)
    who = _credentials(user, password_fd)
    with (
        headless_desk(folders, site, key_source(key_file, passphrase_fd), who) as desk,
        progress_bar() as bar,
    ):
        sync_until_done(desk, bar, study_uid=study, watch=watch)
        document = sync_document(desk, study)
    if as_json:
        emit_json(document)
    else:
        for each in document["items"]:
            tell(f"{each['state']}: {each['received']}/{each['expected']}")
    return 0 if all(each["received"] == each["expected"] for each in document["items"]) else 1


def _credentials(user: str, password_fd: int | None) -> tuple[str, str]:
    user = user or os.environ.get("LIGHTBOX_USER", "")
    if not user or password_fd is None:
        raise SomethingMissing(
            "A login at the site is needed.", "Give --user NAME and --password-fd N (for example 3, with 3< file)."
        )
    with os.fdopen(password_fd, encoding="utf-8", closefd=False) as stream:
        return user, stream.readline().rstrip("\r\n")


def _is_whole(outcome: dict[str, Any]) -> bool:
    return (
        bool(outcome["instances"]["expected"]) and outcome["instances"]["expected"] == outcome["instances"]["received"]
    )


def _as_words(outcome: dict[str, Any]) -> str:
    lines = [
        f"images    {outcome['instances']['received']} of {outcome['instances']['expected']}",
        f"hung by   {outcome['protocol']['id']}: {outcome['protocol']['why']}",
        f"report    {outcome['report']['id']} version {outcome['report']['version']}",
    ]
    lines += [f"{each['kind']:<9} {each['state']}: {each['proof']}" for each in outcome["deliveries"]]
    return "\n".join(lines)
