"""Commands of installers: the demo site, site profiles, the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workstation.app.options import AsJson, DataDir, KeyFile, PassphraseFd, Profile, existing, folders_of, key_source
from workstation.foundation.errors import BadInput
from workstation.foundation.terminal import emit_json, emit_text
from workstation.site.profile import SiteProfile, load_profile


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("demo-site", help="A whole site on this computer alone, from generated or given studies.")(demo_site)
    profile = typer.Typer(help="Site profiles.", no_args_is_help=True)
    profile.command("check", help="Name every fault of a site profile.")(check_profile)
    profile.command("explain", help="Every key of a site profile with its meaning.")(explain_profile)
    app.add_typer(profile, name="profile")
    audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
    audit.command("verify", help="Check that no entry was changed or removed.")(verify_audit)
    app.add_typer(audit, name="audit")


def demo_site(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    pacs: Annotated[str, typer.Option(help="embedded, or orthanc.")] = "embedded",
    studies: Annotated[Path | None, typer.Option(help="Folder of DICOM files to serve.")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="NAME=VALUE: slow it down, drop, lie or repeat.")] = None,
    until_stdin_ends: Annotated[bool, typer.Option("--until-stdin-ends", hidden=True)] = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> int:
    """Serve until interrupted; the first line on stdout is JSON with the addresses and the profile's folder."""
    from workstation.app.site_process import serve_demo_site

    if profile is not None:
        raise BadInput("The demo site writes its own profile.", "Leave --profile out.")
    if pacs not in ("embedded", "orthanc"):
        raise BadInput(f"--pacs must be embedded or orthanc, not {pacs}.")
    faults = {}
    for text in fault or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"--fault {text} is not NAME=VALUE.")
        faults[name] = value
    return serve_demo_site(
        folders_of(data_dir), port=port, pacs=pacs, studies=studies, faults=faults, until_stdin_ends=until_stdin_ends
    )


def check_profile(
    site: Annotated[Path, typer.Argument(help="site.toml or its folder.")],
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: AsJson = False,
) -> int:
    """Read the profile; faults end in exit code 2 and are named all at once."""
    profile = load_profile(existing(site, "site profile"))
    if as_json:
        emit_json({"ok": True, "id": profile.id, "name": profile.name, "origins": sorted(profile.origins())})
    else:
        emit_text(f"{profile.name}: no faults. Servers: {', '.join(sorted(profile.origins()))}")
    return 0


def explain_profile(data_dir: DataDir = None, as_json: AsJson = False) -> int:  # noqa: ARG001 - every command takes it
    """Print the schema with its help."""
    schema = SiteProfile.model_json_schema()
    if as_json:
        emit_json(schema)
        return 0
    parts = {"": schema, **schema.get("$defs", {})}
    for name, part in parts.items():
        if name:
            emit_text(f"\n[{name}]")
        for key, value in part.get("properties", {}).items():
            if value.get("description"):
                emit_text(f"{key:<24} {value['description']}")
    return 0


def verify_audit(
    data_dir: DataDir = None, key_file: KeyFile = None, passphrase_fd: PassphraseFd = None, as_json: AsJson = False
) -> int:
    """Exit 0 when the trail is whole, 1 when it is not."""
    from workstation.app.store import opened_store

    with opened_store(folders_of(data_dir), key_source(key_file, passphrase_fd)) as store:
        verdict = store.audit.verify()
    if as_json:
        emit_json({"ok": verdict.ok, "entries": verdict.entries, "detail": verdict.detail})
    else:
        emit_text(verdict.detail)
    return 0 if verdict.ok else 1
