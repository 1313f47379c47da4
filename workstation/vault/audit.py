"""The audit trail: append-only, each entry sealed, chained to the one before, its end kept in a second place."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workstation.foundation.clock import Clock
from workstation.foundation.files import make_private_folder, sync_folder
from workstation.foundation.hash_chain import GENESIS, first_break, link
from workstation.vault.audit_codes import AuditCode
from workstation.vault.audit_head import Head, HeadKeeper
from workstation.vault.audit_message import AuditEvent, message_bytes
from workstation.vault.errors import DamagedObject
from workstation.vault.keys import Vault
from workstation.vault.sealing import open_bytes, seal_bytes
from workstation.vault.secrets import SecretStore

__all__ = ["AuditCode", "AuditEvent", "AuditTrail", "AuditVerdict"]

_STORE = "audit"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class AuditVerdict:
    """What a look through the whole trail found.

    ``first_break`` is the index of the first entry that is wrong or missing; None when there is none.
    """

    ok: bool
    entries: int
    first_break: int | None
    detail: str


class AuditTrail:
    """Writes and verifies the trail of one data folder. Any thread may record.

    On disk one line an entry: the chained hash, a space, the sealed message in base64. The chain's key and the
    sealing key are the vault's, so nobody without it can add, change or drop an entry unseen.

    Parameters
    ----------
    folder
        Where the trail lies.
    vault
        Keys and pseudonyms.
    secrets
        A second place for the end of the trail, outside the data folder; None where there is none.
    clock
        Gives the time of each entry.
    """

    def __init__(self, folder: Path, vault: Vault, secrets: SecretStore | None, clock: Clock) -> None:
        self._path = make_private_folder(folder) / "audit.log"
        self._vault = vault
        self._seal_key = vault.subkey("audit-seal")
        self._chain_key = vault.subkey("audit-chain")
        self._heads = HeadKeeper(folder / "audit.head", vault, secrets)
        self._clock = clock
        self._lock = threading.Lock()
        self._head: Head | None = None

    def record(self, event: AuditEvent) -> None:
        """Append one entry; it is durable when this returns."""
        with self._lock:
            head, self._head = self._head or self._opened(), None
            self._head = self._append(event, head)  # when it fails (disk full), the next one looks at the file again

    def verify(self) -> AuditVerdict:
        """Look through every entry, and compare the end with the places where it is kept."""
        with self._lock:
            lines = self._lines()
            broken = self._first_broken(lines)
            if broken is not None:
                return AuditVerdict(False, len(lines), broken, f"Entry {broken + 1} was changed, moved or removed.")
            damage = self._damage_at_end(lines)
        if damage:
            return AuditVerdict(False, len(lines), len(lines), damage)
        return self._verdict_on_messages(lines)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Every message that can still be opened, oldest first."""
        with self._lock:
            lines = self._lines()
        for index, line in enumerate(lines):
            content = self._content(index, line)
            if content is not None:
                yield json.loads(content)

    def _verdict_on_messages(self, lines: list[str]) -> AuditVerdict:
        for index, message in enumerate(self._messages_in(lines)):
            identification = message["EventIdentification"]
            if identification["EventTypeCode"][-1]["csd-code"] == AuditCode.TRAIL_DAMAGED.name:
                detail = f"Entry {index + 1} says: {identification['EventOutcomeDescription']}"
                return AuditVerdict(False, len(lines), index, detail)
        return AuditVerdict(True, len(lines), None, f"{len(lines)} entries, none changed, none missing.")

    def _messages_in(self, lines: list[str]) -> Iterator[dict[str, Any]]:
        for index, line in enumerate(lines):
            yield json.loads(self._content(index, line) or b"{}")

    def _opened(self) -> Head:
        """The end to go on from. Damage found here becomes an entry, or going on would paint over it."""
        self._cut_torn_line()
        lines = self._lines()
        head = Head(len(lines), _stated_hash(lines[-1]) if lines else GENESIS)
        damage = self._damage_at_end(lines)
        if damage:
            head = self._append(AuditEvent(AuditCode.TRAIL_DAMAGED, "", "", False, damage), head)
        return head

    def _append(self, event: AuditEvent, head: Head) -> Head:
        pseudonym = self._vault.object_name(event.subject) if event.subject else ""
        content = message_bytes(event, number=head.entries, at=self._clock.now(), pseudonym=pseudonym)
        stated = link(head.hash, content, key=self._chain_key)
        sealed = seal_bytes(self._seal_key, content, store=_STORE, name=str(head.entries))
        self._write_line(f"{stated} {base64.b64encode(sealed).decode('ascii')}\n")
        new_head = Head(head.entries + 1, stated)
        self._heads.keep(new_head)
        return new_head

    def _write_line(self, line: str) -> None:
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "ab") as stream:
            stream.write(line.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            sync_folder(self._path.parent)

    def _lines(self) -> list[str]:
        """Complete lines. What follows the last line end was being written when the power went: never acknowledged."""
        try:
            text = self._path.read_bytes().decode("ascii", errors="replace")
        except FileNotFoundError:
            return []
        return text.split("\n")[:-1]

    def _cut_torn_line(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)

    def _first_broken(self, lines: list[str]) -> int | None:
        entries = ((self._content(i, line), _stated_hash(line)) for i, line in enumerate(lines))
        # An entry that cannot be opened is given a hash that follows from nothing.
        return first_break(((b"", "") if c is None else (c, stated) for c, stated in entries), key=self._chain_key)

    def _content(self, index: int, line: str) -> bytes | None:
        try:
            sealed = base64.b64decode(line.partition(" ")[2], validate=True)
            return open_bytes(self._seal_key, sealed, store=_STORE, name=str(index))
        except (binascii.Error, ValueError, DamagedObject):
            return None

    def _damage_at_end(self, lines: list[str]) -> str:
        """What is wrong with the end; empty when every kept head is found in the trail.

        The trail may be longer than a kept head: the power went, or the key store was locked, between the two.
        """
        try:
            heads = list(self._heads.kept())
        except DamagedObject as error:
            return error.what
        if not heads and len(lines) > 1:
            return "The kept end of the trail is missing."
        for head in heads:
            if head.entries > len(lines):
                return f"The trail ends after {len(lines)} entries, but {head.entries} were written."
            if head.entries and _stated_hash(lines[head.entries - 1]) != head.hash:
                return f"Entry {head.entries} is not the one that was written."
        return ""


def _stated_hash(line: str) -> str:
    stated = line.partition(" ")[0]
    return stated if _HASH.fullmatch(stated) else GENESIS
