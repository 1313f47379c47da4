"""A record has one text, and only a record has it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.records import codec
from tests.helpers.record_books import (
    an_override,
    open_book,
)
from tests.helpers.sample_records import sample_check
from workstation.foundation.errors import BadInput


@given(
    reason=st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    operator=st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    until=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_any_text_and_time_survive_the_codec(reason: str, operator: str, until: datetime) -> None:
    record = replace(an_override(reason=reason, operator=operator), until=until)
    text = codec.encode(record)
    assert codec.decode(text) == record
    assert codec.encode(codec.decode(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_the_codec_exactly(value: float) -> None:
    check = sample_check()
    record = replace(check, quantities=(replace(check.quantities[0], value=value),))
    back = codec.decode(codec.encode(record))
    assert back.quantities[0].value == value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda plain: plain.update(colour="red"), "override.colour"),
        (lambda plain: plain["head"].update(patient="x"), "override.head.patient"),
        (lambda plain: plain.pop("reason"), "override.reason"),
        (lambda plain: plain.update(kind="gift"), "kind"),
        (lambda plain: plain.update(until="2026-03-03T09:00:00"), "UTC"),
        (lambda plain: plain.update(until="2026-03-03T09:00:00+01:00"), "UTC"),
        (lambda plain: plain.update(until="soon"), "override.until"),
    ],
)
def test_what_is_no_record_is_refused_by_name(spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    plain = codec.plain_of(an_override())
    spoil(plain)
    with pytest.raises(BadInput, match=said):
        codec.decode(json.dumps(plain, separators=(",", ":")))


def test_numbers_that_are_none_cannot_be_recorded(tmp_path: Path) -> None:
    check = sample_check()
    with open_book(tmp_path) as book:
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own
            book.append(replace(check, quantities=(replace(check.quantities[0], value=float("nan")),)))
        with pytest.raises(ValueError, match="zone"):
            book.append(replace(an_override(), until=datetime(2026, 1, 1)))  # noqa: DTZ001
        assert not book.records()


def test_times_of_other_zones_are_kept_in_utc() -> None:
    there = datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    assert '"until":"2026-03-03T09:00:00.000000Z"' in codec.encode(replace(an_override(), until=there))
