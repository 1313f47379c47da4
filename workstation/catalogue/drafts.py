"""Report drafts: the newest body of each, durable when `save` returns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.catalogue.connection import time_to_text, to_json
from workstation.catalogue.database import Database

SCHEMA_1 = (
    """
    CREATE TABLE drafts (
        draft_key TEXT PRIMARY KEY,
        body      TEXT NOT NULL,
        saved_at  TEXT NOT NULL
    ) STRICT
    """,
)


class Drafts:
    """The drafts of one data folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, draft_key: str, body: Mapping[str, Any], saved_at: datetime) -> None:
        """Keep a draft, in place of its older body. ``body`` is anything JSON can hold."""
        values = (draft_key, to_json(body), time_to_text(saved_at))
        self._database.write(
            lambda connection: connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", values)
        )

    def load(self, draft_key: str) -> dict[str, Any] | None:
        """The body of a draft; None when there is none."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT body FROM drafts WHERE draft_key = ?", (draft_key,)
            ).fetchone()
        )
        if row is None:
            return None
        body: dict[str, Any] = json.loads(row["body"])
        return body

    def delete(self, draft_key: str) -> None:
        """Forget a draft; nothing happens when there is none."""
        self._database.write(
            lambda connection: connection.execute("DELETE FROM drafts WHERE draft_key = ?", (draft_key,))
        )

    def keys(self) -> list[str]:
        """The keys of every draft, the one saved last first."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT draft_key FROM drafts ORDER BY saved_at DESC, draft_key"
            ).fetchall()
        )
        return [row["draft_key"] for row in rows]
