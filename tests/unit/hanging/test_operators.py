"""The comparisons of rules, as a table."""

from __future__ import annotations

import pytest

from workstation.hanging.operators import OPERATORS, Value, Wanted, fault_of_wanted

_MANY = ("abc", "def", "GHI")
_CASES: list[tuple[str, Value, Wanted, bool]] = [
    ("eq", "Attenuation Corrected", "attenuation corrected ", True),
    ("eq", "Attenuation Corrected", "Attenuation", False),
    ("eq", _MANY, ("ghi", "abc", "def"), True),
    ("eq", _MANY, "abc", False),
    ("eq", 3, 3, True),
    ("eq", 3.0, "3", True),
    ("eq", True, True, True),
    ("eq", False, True, False),
    ("eq", None, "abc", False),
    ("eq", "", "abc", False),
    ("ne", "CT", "MR", True),
    ("ne", "CT", "ct", False),
    ("ne", None, "ct", True),
    ("in", "CT", ("CT", "MR"), True),
    ("in", _MANY, ("x", "DEF"), True),
    ("in", _MANY, ("de", "x"), False),
    ("in", None, ("x",), False),
    ("not_in", _MANY, ("x", "y"), True),
    ("not_in", _MANY, ("x", "abc"), False),
    ("not_in", None, ("x",), True),
    ("contains", "CT THORAX W", ("chest", "thorax"), True),
    ("contains", "CT THORAX W", "abdomen", False),
    ("contains", _MANY, "hi", True),
    ("contains", None, "hi", False),
    ("not_contains", "scout", ("topo", "scout"), False),
    ("not_contains", "axial", ("topo", "scout"), True),
    ("starts_with", "Head 5.0", "head", True),
    ("starts_with", _MANY, ("gh", "zz"), True),
    ("starts_with", "Head", "ead", False),
    ("ends_with", "Head 5.0", ("5.0", "x"), True),
    ("ends_with", "Head 5.0", "head", False),
    (">=", 3, 3, True),
    (">=", 2, 3, False),
    (">", 3, 3, False),
    ("<=", "3.0", 3, True),
    ("<", 3, 3.5, True),
    ("<", None, 3, False),
    ("<", "many", 3, False),
    ("between", 3, (1, 4), True),
    ("between", 3, (4, 2), True),
    ("between", 3, (1, 2), False),
    ("between", None, (1, 2), False),
    ("known", "", True, False),
    ("known", "x", True, True),
    ("known", None, False, True),
    ("known", ("",), True, False),
]


@pytest.mark.parametrize(("op", "got", "wanted", "expected"), _CASES)
def test_comparison(op: str, got: Value, wanted: Wanted, expected: bool) -> None:
    assert OPERATORS[op](got, wanted) is expected
    assert fault_of_wanted(op, wanted) == ""


@pytest.mark.parametrize(
    ("op", "wanted"),
    [
        (">=", "many"),
        ("between", 3),
        ("between", (1, 2, 3)),
        ("known", "x"),
        ("contains", ""),
        ("in", ()),
        ("<", (1, 2)),
    ],
)
def test_a_value_that_does_not_suit_the_operator_is_named(op: str, wanted: Wanted) -> None:
    assert fault_of_wanted(op, wanted)
