"""Worklist items as the site last showed them, and how far our claim on each has come."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from workstation.catalogue.connection import Connection, Row, time_from_text, time_to_text, to_json
from workstation.catalogue.database import Database
from workstation.catalogue.errors import ImpossibleMove, ItemNotHeld, UnknownItem
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

SCHEMA_1 = (
    """
    CREATE TABLE work_items (
        uid             TEXT PRIMARY KEY,
        json            TEXT NOT NULL,
        claim           TEXT NOT NULL DEFAULT 'none',
        transaction_uid TEXT,
        claimed_by      TEXT NOT NULL DEFAULT '',
        return_reason   TEXT NOT NULL DEFAULT '',
        updated_at      TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


class ClaimState(Enum):
    """How far our claim on an item has come."""

    NONE = "none"
    CLAIMING = "claiming"
    """The transaction UID is durable; the site may or may not have the request."""
    OURS = "ours"
    LOST = "lost"
    """Somebody else has it, or the site took it away."""
    RETURNING = "returning"
    RETURNED = "returned"
    COMPLETING = "completing"
    COMPLETED = "completed"


_MOVES: Mapping[ClaimState, frozenset[ClaimState]] = {
    ClaimState.NONE: frozenset({ClaimState.CLAIMING}),
    ClaimState.CLAIMING: frozenset({ClaimState.OURS, ClaimState.LOST, ClaimState.NONE}),
    ClaimState.OURS: frozenset({ClaimState.RETURNING, ClaimState.COMPLETING, ClaimState.LOST}),
    ClaimState.LOST: frozenset({ClaimState.CLAIMING}),
    ClaimState.RETURNING: frozenset({ClaimState.RETURNED, ClaimState.OURS, ClaimState.LOST}),
    ClaimState.RETURNED: frozenset(),
    ClaimState.COMPLETING: frozenset({ClaimState.COMPLETED, ClaimState.OURS, ClaimState.LOST}),
    ClaimState.COMPLETED: frozenset(),
}

UNFINISHED = frozenset({ClaimState.CLAIMING, ClaimState.OURS, ClaimState.RETURNING, ClaimState.COMPLETING})
"""Claims that something still hangs on: such items are never forgotten."""


def is_possible_move(before: ClaimState, after: ClaimState) -> bool:
    """Whether a claim may go from ``before`` to ``after``; staying is always possible."""
    return before is after or after in _MOVES[before]


@dataclass(frozen=True)
class StoredItem:
    """One item. ``json`` is the UPS as DICOM JSON (PS3.18 F).

    ``claimed_by`` is the reader of this computer who claims it while the claim is CLAIMING or OURS, else who has it,
    as the site puts it; empty when nobody said.
    """

    uid: str = field(repr=False)
    json: Mapping[str, Any] = field(repr=False)
    claim: ClaimState
    transaction_uid: str | None = field(repr=False)
    claimed_by: str = field(repr=False)
    updated_at: datetime
    return_reason: str = field(default="", repr=False)


def claim_of(stored: StoredItem, user: str) -> ClaimState:
    """How far the claim of ``user`` has come: what another reader of this computer holds is lost to everybody else."""
    is_held = stored.claim in (ClaimState.CLAIMING, ClaimState.OURS)
    return ClaimState.LOST if is_held and stored.claimed_by not in ("", user) else stored.claim


class WorkItems:
    """The work items of one data folder."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, item_json: Mapping[str, Any], seen_at: datetime) -> str:
        """Keep an item as the site shows it now; our claim on it stays. Returns its UID.

        Raises
        ------
        BadInput
            When it has no SOP Instance UID.
        """
        uid, text, moment = _uid_of(item_json), to_json(item_json), time_to_text(seen_at)
        if self._database.read(lambda connection: _json_of(connection, uid)) == text:
            return uid  # the worklist is polled for hours: what is unchanged costs no disk flush
        self._database.write(
            lambda connection: connection.execute(
                """
                INSERT INTO work_items (uid, json, updated_at) VALUES (?, ?, ?)
                ON CONFLICT (uid) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
                """,
                (uid, text, moment),
            )
        )
        return uid

    def get(self, uid: str) -> StoredItem | None:
        """One item; None when it is not known."""
        row = self._database.read(
            lambda connection: connection.execute("SELECT * FROM work_items WHERE uid = ?", (uid,)).fetchone()
        )
        return None if row is None else _item(row)

    def all(self) -> list[StoredItem]:
        """Every item, in the order of UIDs."""
        rows = self._database.read(
            lambda connection: connection.execute("SELECT * FROM work_items ORDER BY uid").fetchall()
        )
        return [_item(row) for row in rows]

    def forget_unseen(self, seen_uids: Iterable[str], keep: Collection[ClaimState] = UNFINISHED) -> tuple[str, ...]:
        """Forget items that the site shows no more, unless our claim is in a state of ``keep``. Returns their UIDs."""
        seen = frozenset(seen_uids)
        kept = {state.value for state in keep}

        def forget(connection: Connection) -> tuple[str, ...]:
            rows = connection.execute("SELECT uid, claim FROM work_items ORDER BY uid").fetchall()
            gone = tuple(row["uid"] for row in rows if row["uid"] not in seen and row["claim"] not in kept)
            connection.executemany("DELETE FROM work_items WHERE uid = ?", ((uid,) for uid in gone))
            return gone

        return self._database.write(forget)

    def begin_claim(self, uid: str, transaction_uid: str, claimed_by: str = "") -> str:
        """Make a transaction UID durable, before the request that carries it is sent; ``claimed_by`` is the reader.

        Returns the one to use: the one already stored when a claim was ever begun, since the site may still come to
        act on a request whose answer was lost.

        Raises
        ------
        ImpossibleMove
            When the item is returned or completed.
        UnknownItem
            When it was never put.
        """

        def begin(connection: Connection) -> str:
            row = _row_of(connection, uid)
            if ClaimState(row["claim"]) in (ClaimState.CLAIMING, ClaimState.OURS):
                return str(row["transaction_uid"])
            self._move(connection, row, ClaimState.CLAIMING)
            lasting = str(row["transaction_uid"] or transaction_uid)
            connection.execute(
                "UPDATE work_items SET transaction_uid = ?, claimed_by = ? WHERE uid = ?", (lasting, claimed_by, uid)
            )
            return lasting

        return self._database.write(begin)

    def set_claim_state(self, uid: str, state: ClaimState, *, claimed_by: str = "") -> None:
        """Move a claim on. ``claimed_by`` says who has the item, when it is OURS or LOST.

        Raises
        ------
        ImpossibleMove
            When the table has no such move.
        UnknownItem
            When the item was never put.
        """

        def move(connection: Connection) -> None:
            row = _row_of(connection, uid)
            self._move(connection, row, state)
            if claimed_by or state is not ClaimState(row["claim"]):
                connection.execute("UPDATE work_items SET claimed_by = ? WHERE uid = ?", (claimed_by, uid))

        self._database.write(move)

    def set_return_reason(self, uid: str, reason: str) -> None:
        """Keep why an item goes back to the site, before it does."""
        self._database.write(
            lambda connection: connection.execute(
                "UPDATE work_items SET return_reason = ?, updated_at = ? WHERE uid = ?",
                (reason, time_to_text(self._clock.now()), _row_of(connection, uid)["uid"]),
            )
        )

    def _move(self, connection: Connection, row: Row, after: ClaimState) -> None:
        before = ClaimState(row["claim"])
        if not is_possible_move(before, after):
            raise ImpossibleMove(f"a claim cannot go from {before.value} to {after.value}")
        connection.execute(
            "UPDATE work_items SET claim = ?, updated_at = ? WHERE uid = ?",
            (after.value, time_to_text(self._clock.now()), row["uid"]),
        )


def complete_claims(connection: Connection, uids: Iterable[str], user: str, at: datetime) -> None:
    """Move the claims of ``user`` from OURS to COMPLETING, inside the transaction that freezes their report.

    Raises
    ------
    ItemNotHeld
        When one of them is not held by ``user`` any more.
    """
    for uid in uids:
        moved = connection.execute(
            """
            UPDATE work_items SET claim = ?, updated_at = ?
            WHERE uid = ? AND claim = ? AND claimed_by IN ('', ?)
            """,
            (ClaimState.COMPLETING.value, time_to_text(at), uid, ClaimState.OURS.value, user),
        )
        if moved.rowcount != 1:
            raise ItemNotHeld


def _row_of(connection: Connection, uid: str) -> Row:
    row = connection.execute("SELECT * FROM work_items WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise UnknownItem
    return row


def _json_of(connection: Connection, uid: str) -> str | None:
    row = connection.execute("SELECT json FROM work_items WHERE uid = ?", (uid,)).fetchone()
    return None if row is None else str(row["json"])


def _uid_of(item_json: Mapping[str, Any]) -> str:
    try:
        uid = item_json["00080018"]["Value"][0]  # SOP Instance UID
    except (KeyError, IndexError, TypeError) as error:
        raise BadInput("The site sent a work item without a SOP Instance UID.") from error
    if not isinstance(uid, str) or not uid:
        raise BadInput("The site sent a work item whose SOP Instance UID is not a text.")
    return uid


def _item(row: Row) -> StoredItem:
    return StoredItem(
        uid=row["uid"],
        json=json.loads(row["json"]),
        claim=ClaimState(row["claim"]),
        transaction_uid=row["transaction_uid"],
        claimed_by=row["claimed_by"],
        updated_at=time_from_text(row["updated_at"]),
        return_reason=row["return_reason"],
    )
