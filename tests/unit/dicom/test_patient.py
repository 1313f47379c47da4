from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dicom.patient import PatientIdentity, PatientMatch, age_at, compare_patients, display_name

ANN = PatientIdentity("4711", "HOSP", "Doe^Ann^^Dr", "19600229", "F")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, PatientMatch.SAME),
        ({"name": "DOE^ANN^^DR^"}, PatientMatch.SAME),
        ({"name": ""}, PatientMatch.SAME),
        ({"birth_date": ""}, PatientMatch.SAME),
        ({"birth_date": "1960.02.29"}, PatientMatch.SAME),
        ({"name": "Doe^Anna"}, PatientMatch.ASK),
        ({"sex": "M"}, PatientMatch.ASK),
        ({"sex": ""}, PatientMatch.SAME),
        ({"patient_id": " 4711 "}, PatientMatch.SAME),
        ({"patient_id": "04711"}, PatientMatch.DIFFERENT),
        ({"patient_id": ""}, PatientMatch.DIFFERENT),
        ({"issuer": "OTHER"}, PatientMatch.DIFFERENT),
        ({"issuer": ""}, PatientMatch.ASK),
        ({"birth_date": "19600228"}, PatientMatch.DIFFERENT),
        ({"birth_date": "19600228", "name": "Roe^Jane"}, PatientMatch.DIFFERENT),
    ],
)
def test_same_person(change: dict[str, str], expected: PatientMatch) -> None:
    other = replace(ANN, **change)
    assert compare_patients(ANN, other) is expected
    assert compare_patients(other, ANN) is expected


def test_an_empty_issuer_is_the_sites_own() -> None:
    without = replace(ANN, issuer="")
    assert compare_patients(ANN, without, default_issuer="hosp") is PatientMatch.SAME
    assert compare_patients(ANN, without, default_issuer="OTHER") is PatientMatch.DIFFERENT
    assert compare_patients(without, without) is PatientMatch.SAME


def test_no_identifier_proves_nothing() -> None:
    nobody = PatientIdentity(name="Doe^Ann")
    assert compare_patients(nobody, nobody) is PatientMatch.DIFFERENT


def test_names_in_several_scripts_are_compared_group_by_group() -> None:
    both = replace(ANN, name="Yamada^Tarou=山田^太郎")
    assert compare_patients(both, replace(ANN, name="YAMADA^TAROU")) is PatientMatch.SAME
    assert compare_patients(both, replace(ANN, name="=山田^太郎")) is PatientMatch.SAME
    assert compare_patients(both, replace(ANN, name="Yamada^Tarou=山田^次郎")) is PatientMatch.ASK


def test_repr_says_nothing() -> None:
    assert repr(ANN) == "PatientIdentity()"


@given(st.builds(PatientIdentity, *[st.text("AB^= 12", max_size=6)] * 5), st.text("AB", max_size=2))
def test_comparison_is_symmetric_and_never_fails(person: PatientIdentity, issuer: str) -> None:
    for other in (ANN, person, replace(person, sex="F")):
        there = compare_patients(person, other, default_issuer=issuer)
        assert there is compare_patients(other, person, default_issuer=issuer)


@pytest.mark.parametrize(
    ("pn", "shown"),
    [
        ("Doe^Ann", "Doe, Ann"),
        ("Doe^Ann^B^Dr^Jr", "Doe, Ann B, Jr"),
        ("Doe", "Doe"),
        ("^Ann", "Ann"),
        ("", ""),
        ("^^^^", ""),
        ("=山田^太郎=やまだ^たろう", "山田, 太郎"),
        ("Müller^Jörg=", "Müller, Jörg"),
        ("a^b^c^d^e^f^g", "a, b c, e"),
    ],
)
def test_display_name(pn: str, shown: str) -> None:
    assert display_name(pn) == shown


@pytest.mark.parametrize(
    ("born", "on", "shown"),
    [
        ("19600229", "20250228", "64 y"),
        ("19600229", "20250301", "65 y"),
        ("20240115", "20250814", "18 mo"),
        ("20250801", "20250814", "13 d"),
        ("20250814", "20250814", "0 d"),
        ("20230814", "20250814", "2 y"),
        ("20260101", "20250814", ""),
        ("", "20250814", ""),
        ("19601350", "20250814", ""),
        ("1960", "20250814", ""),
        ("1960.02.29", "2025-03-01", "65 y"),
    ],
)
def test_age(born: str, on: str, shown: str) -> None:
    assert age_at(born, on) == shown
