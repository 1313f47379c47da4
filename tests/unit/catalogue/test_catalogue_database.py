"""The database: encrypted, one writer, whole transactions, migrations."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from workstation.catalogue.connection import Connection
from workstation.catalogue.database import Database, Migration
from workstation.catalogue.errors import CannotOpenCatalogue, CatalogueClosed, StorageFailed
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool

KEY = bytes(range(32))
FIRST = Migration(1, ("CREATE TABLE words (word TEXT PRIMARY KEY, times INTEGER NOT NULL DEFAULT 1) STRICT",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path, KEY, (FIRST,))
    yield opened
    opened.close()


def insert(database: Database, *words: str) -> None:
    def work(connection: Connection) -> None:
        for word in words:
            connection.execute("INSERT INTO words (word) VALUES (?)", (word,))

    database.write(work)


def words(database: Database) -> list[str]:
    return [
        row["word"] for row in database.read(lambda c: c.execute("SELECT word FROM words ORDER BY word").fetchall())
    ]


def test_what_is_written_is_read_and_stays(database: Database, path: Path) -> None:
    insert(database, "one", "two")
    assert words(database) == ["one", "two"]
    database.close()
    again = Database(path, KEY, (FIRST,))
    assert words(again) == ["one", "two"]
    again.close()


def test_the_file_is_no_plain_sqlite(database: Database, path: Path) -> None:
    insert(database, "haemorrhage")
    plain = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master").fetchall()
    plain.close()
    for file in path.parent.iterdir():
        assert b"haemorrhage" not in file.read_bytes()
        assert not file.read_bytes().startswith(b"SQLite format 3")


def test_a_wrong_key_is_refused(database: Database, path: Path) -> None:
    insert(database, "one")
    database.close()
    with pytest.raises(CannotOpenCatalogue):
        Database(path, bytes(32), (FIRST,))


def test_a_damaged_file_is_refused(database: Database, path: Path) -> None:
    insert(database, "one")
    database.close()
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CannotOpenCatalogue):
        Database(path, KEY, (FIRST,))


def test_a_changed_page_is_found_when_it_is_read(database: Database, path: Path) -> None:
    insert(database, *(f"word {number:05d} " + "x" * 200 for number in range(500)))
    database.close()
    content = bytearray(path.read_bytes())
    for start in range(5 * 4096, len(content), 4096):
        content[start + 50] ^= 1
    path.write_bytes(content)
    damaged = Database(path, KEY, (FIRST,))
    with pytest.raises(StorageFailed):
        words(damaged)
    damaged.close()


def test_a_folder_that_is_not_there_is_a_storage_fault(tmp_path: Path) -> None:
    with pytest.raises((StorageFailed, FileNotFoundError)):
        Database(tmp_path / "gone" / "test.db", KEY, (FIRST,))


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_files_are_private(database: Database, path: Path) -> None:
    insert(database, "one")
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_settings_are_the_durable_ones(database: Database) -> None:
    def settings(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "temp_store")
        rows = (connection.execute(f"PRAGMA {name}").fetchone() for name in names)
        return [next(iter(row)) for row in rows if row is not None]

    assert database.write(settings) == ["wal", 2, 1, 2]


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute("INSERT INTO words (word) VALUES ('half')")
        raise KeyError("our own fault")

    with pytest.raises(KeyError):
        database.write(half)
    assert words(database) == []
    insert(database, "whole")
    assert words(database) == ["whole"]


def test_a_fault_in_sql_is_raised_to_the_caller(database: Database) -> None:
    insert(database, "one")
    with pytest.raises(dbapi2.IntegrityError):
        insert(database, "two", "one")
    assert words(database) == ["one"]


def test_many_threads_write_and_one_that_fails_fails_alone(database: Database) -> None:
    def work(number: int) -> bool:
        try:
            insert(database, f"word {number:03d}", "twice" if number % 10 == 0 else f"other {number:03d}")
        except dbapi2.IntegrityError:
            return False
        return True

    results = dict(Pool(work, workers=8).run(range(200), CancelToken()))
    assert sum(results.values()) == 181  # of the twenty that write "twice" one succeeds
    stored = set(words(database))
    assert {f"word {n:03d}" for n, ok in results.items() if ok} == {w for w in stored if w.startswith("word")}


def test_a_full_disk_undoes_the_batch_and_says_so(database: Database) -> None:
    insert(database, "before")
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
    with pytest.raises(StorageFailed):
        insert(database, *(f"{number} " + "x" * 3000 for number in range(20)))
    assert words(database) == ["before"]
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    insert(database, "after")
    assert words(database) == ["after", "before"]


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises((dbapi2.OperationalError, StorageFailed)):
        database.read(lambda connection: connection.execute("INSERT INTO words (word) VALUES ('no')"))
    assert words(database) == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    insert(database, "one")

    def count_twice(connection: Connection) -> list[int]:
        first = len(connection.execute("SELECT * FROM words").fetchall())
        insert(database, "two")
        return [first, len(connection.execute("SELECT * FROM words").fetchall())]

    assert database.read(count_twice) == [1, 1]
    assert words(database) == ["one", "two"]


def test_a_read_inside_a_read_is_fine(database: Database) -> None:
    insert(database, "one")
    assert database.read(lambda _: words(database)) == ["one"]


def test_a_write_inside_a_write_is_our_bug(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        database.write(lambda _: insert(database, "no"))


def test_closing_finishes_what_was_handed_in(database: Database, path: Path) -> None:
    begun = threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        connection.execute("INSERT INTO words (word) VALUES ('slow')")
        threading.Event().wait(0.2)

    def work(number: int) -> None:
        if number == 0:
            database.write(slow)
        elif number < 4:
            begun.wait(5)
            insert(database, f"queued {number}")
        else:
            begun.wait(5)
            threading.Event().wait(0.1)
            database.close()

    list(Pool(work, workers=5).run(range(5), CancelToken()))
    again = Database(path, KEY, (FIRST,))
    assert words(again) == ["queued 1", "queued 2", "queued 3", "slow"]
    again.close()


def test_after_closing_nothing_is_taken(database: Database) -> None:
    database.close()
    database.close()
    with pytest.raises(CatalogueClosed):
        insert(database, "late")
    with pytest.raises(CatalogueClosed):
        words(database)


SECOND = Migration(2, ("ALTER TABLE words ADD COLUMN language TEXT NOT NULL DEFAULT 'en'",))


def test_a_migration_keeps_what_was_there(database: Database, path: Path) -> None:
    insert(database, "one")
    database.close()
    newer = Database(path, KEY, (FIRST, SECOND))
    row = newer.read(lambda connection: connection.execute("SELECT word, language FROM words").fetchone())
    assert row is not None
    assert (row["word"], row["language"]) == ("one", "en")
    newer.close()


def test_a_migration_that_fails_leaves_the_old_form(database: Database, path: Path) -> None:
    insert(database, "one")
    database.close()
    broken = Migration(2, ("ALTER TABLE words ADD COLUMN language TEXT", "ALTER TABLE nothing ADD COLUMN x TEXT"))
    with pytest.raises(dbapi2.OperationalError):
        Database(path, KEY, (FIRST, broken))
    old = Database(path, KEY, (FIRST, SECOND))
    assert words(old) == ["one"]
    old.close()


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    Database(path, KEY, (FIRST, SECOND)).close()
    with pytest.raises(CannotOpenCatalogue, match="newer version"):
        Database(path, KEY, (FIRST,))
