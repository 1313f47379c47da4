"""The bench's table of word errors and kept values, in three voices and over every sentence of the corpus."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.perf import perf_dictation


@pytest.mark.skipif(os.environ.get("LIGHTBOX_FULL") != "1", reason="half an hour; runs in the soak of dictation")
def test_every_voice_and_every_sentence_of_the_corpus(tmp_path: Path) -> None:
    rows = list(perf_dictation.rows(tmp_path))
    print("\n" + "\n".join(f"{row.name}: {row.value:.2f} {row.unit} ({row.note})" for row in rows))  # noqa: T201
    assert [row.name for row in rows if row.ok is False] == []
    assert any(row.ok for row in rows)
