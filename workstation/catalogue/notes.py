"""Small facts that must survive a restart, each under its own name, for example which items were read."""

from __future__ import annotations

import json
from typing import Any

from workstation.catalogue.connection import to_json
from workstation.catalogue.database import Database

SCHEMA_1 = (
    """
    CREATE TABLE notes (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


class Notes:
    """JSON values by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name, else ``default``."""
        row = self._database.read(
            lambda connection: connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        )
        return default if row is None else json.loads(row["value"])

    def set(self, name: str, value: Any) -> None:
        """Keep a value (anything JSON can hold), in place of the old one."""
        text = to_json(value)
        self._database.write(
            lambda connection: connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, text))
        )

    def delete(self, name: str) -> None:
        """Forget a value; nothing happens when there is none."""
        self._database.write(lambda connection: connection.execute("DELETE FROM notes WHERE name = ?", (name,)))
