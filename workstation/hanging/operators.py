"""The comparisons a rule can make, as a table from name to function.

Text is compared without regard to case or outer blanks. An attribute with several values (modalities, image type)
passes a positive comparison when any of its values does, and a negative one when none of them does the opposite.
An absent attribute fails every positive comparison and passes every negative one.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | tuple[str, ...] | None
Wanted: TypeAlias = bool | int | float | str | tuple[str | int | float, ...]
Comparison: TypeAlias = Callable[[Value, Wanted], bool]


def _texts(value: Value | Wanted) -> tuple[str, ...]:
    """Every value as comparable text, empty ones left out."""
    if value is None:
        return ()
    values = value if isinstance(value, tuple) else (value,)
    texts = (_text(v) for v in values)
    return tuple(t for t in texts if t)


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().casefold()


def _equal(got: Value, wanted: Wanted) -> bool:
    """The same set of values; order does not count, because Modalities in Study has none."""
    return bool(_texts(got)) and set(_texts(got)) == set(_texts(wanted))


def _any_in(got: Value, wanted: Wanted) -> bool:
    return bool(set(_texts(got)) & set(_texts(wanted)))


def _any_contains(got: Value, wanted: Wanted) -> bool:
    return any(part in text for text in _texts(got) for part in _texts(wanted))


def _any_starts(got: Value, wanted: Wanted) -> bool:
    return any(text.startswith(_texts(wanted)) for text in _texts(got))


def _any_ends(got: Value, wanted: Wanted) -> bool:
    return any(text.endswith(_texts(wanted)) for text in _texts(got))


def _is_known(got: Value, wanted: Wanted) -> bool:
    return bool(_texts(got)) == bool(wanted)


def number_of(value: Value | Wanted) -> float | None:
    """``value`` as a number, or None where it is none (truth values are not numbers)."""
    if isinstance(value, tuple):
        return number_of(value[0]) if len(value) == 1 else None
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number == number else None  # noqa: PLR0124  # NaN is no number


def _by_number(compare: Callable[[float, float], bool]) -> Comparison:
    def comparison(got: Value, wanted: Wanted) -> bool:
        left, right = number_of(got), number_of(wanted)
        return left is not None and right is not None and compare(left, right)

    return comparison


def _between(got: Value, wanted: Wanted) -> bool:
    number, limits = number_of(got), _limits(wanted)
    return number is not None and limits is not None and limits[0] <= number <= limits[1]


def _limits(wanted: Wanted) -> tuple[float, float] | None:
    if not isinstance(wanted, tuple) or len(wanted) != 2:
        return None
    low, high = number_of(wanted[0]), number_of(wanted[1])
    return None if low is None or high is None else (min(low, high), max(low, high))


def _not(comparison: Comparison) -> Comparison:
    return lambda got, wanted: not comparison(got, wanted)


_TEXT_OPERATORS: dict[str, Comparison] = {
    "eq": _equal,
    "ne": _not(_equal),
    "in": _any_in,
    "not_in": _not(_any_in),
    "contains": _any_contains,
    "not_contains": _not(_any_contains),
    "starts_with": _any_starts,
    "ends_with": _any_ends,
}
_NUMBER_OPERATORS: dict[str, Comparison] = {
    ">=": _by_number(lambda a, b: a >= b),
    "<=": _by_number(lambda a, b: a <= b),
    ">": _by_number(lambda a, b: a > b),
    "<": _by_number(lambda a, b: a < b),
}
OPERATORS: MappingProxyType[str, Comparison] = MappingProxyType(
    {**_TEXT_OPERATORS, **_NUMBER_OPERATORS, "between": _between, "known": _is_known}
)


def fault_of_wanted(op: str, wanted: Wanted) -> str:
    """What is wrong with comparing by ``op`` against ``wanted``; empty when nothing is.

    Raises
    ------
    KeyError
        When there is no such operator.
    """
    if op in _NUMBER_OPERATORS and number_of(wanted) is None:
        return f"{op} needs one number"
    if op == "between" and _limits(wanted) is None:
        return "between needs two numbers"
    if op == "known" and not isinstance(wanted, bool):
        return "known needs true or false"
    if op in _TEXT_OPERATORS and not _texts(wanted):
        return f"{op} needs a value that is not empty"
    OPERATORS[op]
    return ""


def shown(value: Value | Wanted) -> str:
    """``value`` as a person reads it in a trace."""
    if value is None or value in {"", ()}:
        return "nothing"
    if isinstance(value, tuple):
        return ", ".join(str(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
