"""Hanging protocols from folders of JSON files; which of them count; and the one that is always there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workstation.foundation.resources import resource_path
from workstation.hanging.errors import WrongProtocol
from workstation.hanging.protocol import SCHEMA, Protocol

_Raw = dict[str, Any]


def shipped_folder() -> Path:
    """The folder of the protocols that ship with the program."""
    return resource_path("hanging_protocols")


def load_protocols(*folders: Path | None) -> tuple[Protocol, ...]:
    """Read every ``*.json`` of ``folders``; a protocol may extend one from another folder.

    No folder, or None, means the protocols that ship with the program.

    Returns
    -------
    tuple of Protocol
        In order of level (nearest to the reader first) and id, however the files are named.

    Raises
    ------
    WrongProtocol
        Naming every fault of every file at once.
    """
    faults: list[str] = []
    documents = _read_all([f or shipped_folder() for f in folders or (None,)], faults)
    protocols: list[Protocol] = []
    for path, raw in documents.items():
        try:
            protocols.append(_protocol_of(_with_inherited(raw, documents.values(), (raw,))))
        except ValueError as error:
            faults += [f"{path.name}: {fault}" for fault in _faults_of(error)]
    faults += _twice(protocols)
    if faults:
        raise WrongProtocol("Hanging protocols have faults: " + "; ".join(faults) + ".", "Mend or remove these files.")
    return tuple(sorted(protocols, key=lambda p: (-p.level.nearness, p.id)))


def effective_protocols(protocols: Iterable[Protocol]) -> tuple[Protocol, ...]:
    """Those that count: enabled, and not overridden by a nearer one with the same id or one that extends it.

    The order of ``protocols`` does not matter.
    """
    nearest: dict[str, Protocol] = {}
    for protocol in sorted(protocols, key=lambda p: (p.level.nearness, p.model_dump_json())):
        nearest[protocol.id] = protocol
    replaced = {p.extends for p in nearest.values() if p.enabled and _is_nearer(p, nearest)}
    return tuple(nearest[name] for name in sorted(nearest) if nearest[name].enabled and name not in replaced)


def general_protocol() -> Protocol:
    """The protocol for studies that no other one fits: everything there is, in series order."""
    return Protocol.model_validate(
        {
            "schema": SCHEMA,
            "id": "general",
            "name": "All series",
            "description": "For every kind of study that no other protocol is for.",
            "priors": {"count": 0},
            "selectors": {"images": {"name": "image series", "rules": []}},
            "stages": [
                {
                    "id": "all",
                    "name": "All series",
                    "viewports": [{"id": "series", "show": "images", "grid": {"most": 9, "spread": True}}],
                }
            ],
        }
    )


def _is_nearer(protocol: Protocol, among: Mapping[str, Protocol]) -> bool:
    parent = among.get(protocol.extends or "")
    return parent is not None and parent.id != protocol.id and protocol.level.nearness >= parent.level.nearness


def _read_all(folders: Iterable[Path], faults: list[str]) -> dict[Path, _Raw]:
    documents: dict[Path, _Raw] = {}
    for folder in folders:
        if not folder.is_dir():
            faults.append(f"there is no folder {folder}")
            continue
        for path in sorted(folder.glob("*.json")):
            try:
                documents[path] = _read(path)
            except (OSError, ValueError) as error:
                faults.append(f"{path.name}: cannot be read ({error})")
    return documents


def _read(path: Path) -> _Raw:
    document = json.loads(path.read_text("utf-8"))
    if not isinstance(document, dict):
        raise ValueError("it must hold one JSON object")
    return document


def _with_inherited(raw: _Raw, others: Iterable[_Raw], chain: tuple[_Raw, ...]) -> _Raw:
    """``raw`` with the keys it does not state taken from the protocol it extends."""
    name = raw.get("extends")
    if name is None:
        return raw
    parents = [o for o in others if o.get("id") == name and o is not raw]
    if not parents:
        raise ValueError(f"extends: there is no protocol {name}")
    parent = min(parents, key=lambda p: json.dumps(p, sort_keys=True))
    if any(parent is link for link in chain):
        raise ValueError(f"extends: {name} extends this one in turn")
    return {**_with_inherited(parent, others, (*chain, parent)), **raw}


def _protocol_of(raw: _Raw) -> Protocol:
    return Protocol.model_validate(raw)


def _faults_of(error: ValueError) -> list[str]:
    if not isinstance(error, ValidationError):
        return [str(error)]
    found = error.errors(include_url=False)
    inner = {f["loc"][: len(f["loc"]) - n] for f in found for n in range(1, len(f["loc"]))}
    telling = [f for f in found if f["loc"] not in inner]  # a list is "too short" because of the faults inside it
    return [f"{_place(f['loc'])}{f['msg'].removeprefix('Value error, ')}" for f in telling]


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) + ": " if location else ""


def _twice(protocols: Iterable[Protocol]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    faults = []
    for protocol in protocols:
        key = (protocol.id, protocol.level)
        if key in seen:
            faults.append(f"two protocols of level {protocol.level.name} have the id {protocol.id}")
        seen.add(key)
    return faults
