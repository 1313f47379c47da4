"""Reading dates and times: "March third, twenty twenty four" → March 3, 2024; "three forty five p m" → 3:45 PM."""

from __future__ import annotations

from workstation.dictation.numbers_spoken import (
    ZEROS,
    below_hundred,
    cardinal,
    is_number_word,
    small_number,
    starts_number,
)
from workstation.dictation.ordinals import ordinal, with_suffix
from workstation.dictation.readings import Reading
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_SHORT = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_BEFORE_YEAR = frozenset(
    "in since from dated of until till before after year ct mri mr exam examination examinations study"  # noqa: SIM905
    " comparison radiograph"
    " radiographs prior during early late mid circa by spring summer autumn fall winter to and".split()
)


def read_date(u: Utterance, i: int) -> Reading | None:
    """A calendar date or a month with its year; numbers between slashes are understood and left in their order."""
    return _month_first(u, i) or _day_first(u, i) or _with_slashes(u, i) or _iso(u, i) or _year_alone(u, i)


def read_time(u: Utterance, i: int) -> Reading | None:
    """A time of day: with AM or PM, on the 24 hour clock ("fifteen thirty hours"), or a clock position ("o'clock")."""
    found = _hour_and_minute(u, i)
    if found is None:
        return None
    end, hour, minute = found
    if 1 <= hour <= 12 and (reading := _with_half_or_clock(u, i, found)) is not None:
        return reading
    if minute is not None and not _is_written_clock(u, i) and u.low(end) == "hours" and _is_military(u, i, hour):
        return Reading(i, end + 1, "time", f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02} hours", "time")
    if _is_written_clock(u, i):
        hours = end + 1 if u.low(end) == "hours" else end
        written = u.text(i, hours)
        return Reading(i, hours, "time", f"{hour:02}:{minute:02}", written, "time")
    return None


def _with_half_or_clock(u: Utterance, i: int, found: tuple[int, int, int | None]) -> Reading | None:
    """With AM or PM or o'clock behind it; the first of "nine to ten o'clock" too."""
    end, hour, minute = found
    digits = f"{hour}" if minute is None else f"{hour}:{minute:02}"
    value = f"{hour}:{minute or 0:02}"
    if (half := _half_of_day(u, end)) is not None:
        return Reading(i, half[0], "time", f"{value} {half[1]}", f"{digits} {half[1]}", "time")
    if u.low(end) == "o'clock":
        return Reading(i, end + 1, "time", f"{value} o'clock", f"{digits} o'clock", "time")
    return Reading(i, end, "time", f"{value} o'clock", digits, "time") if _until_oclock(u, end) else None


def _until_oclock(u: Utterance, i: int) -> bool:
    """Whether "… ten o'clock" follows: "nine to ten o'clock"."""
    following = _hour_and_minute(u, i + 1) if u.low(i) in {"to", "and", "or", "through", "-"} else None
    return following is not None and u.low(following[0]) == "o'clock"


def _is_military(u: Utterance, i: int, hour: int) -> bool:
    """Whether "… hours" can only be a time: not "one twenty hours", which may be a while."""
    return hour >= 10 or u.low(i) in ZEROS | {"zero"}


def _is_written_clock(u: Utterance, i: int) -> bool:
    return u.is_number(i) and u.low(i + 1) == ":" and u.glued(i + 1) and u.glued(i + 2)


def _hour_and_minute(u: Utterance, i: int) -> tuple[int, int, int | None] | None:
    if _is_written_clock(u, i):
        hour, minute = u.tokens[i].text, u.low(i + 2)
        is_clock = hour.isdecimal() and len(hour) < 3 and minute.isdecimal() and len(minute) == 2
        return (i + 3, int(hour), int(minute)) if is_clock and int(hour) < 24 and int(minute) < 60 else None
    if (run := _clock_digits(u, i)) is not None:
        return run
    at = i + 1 if u.low(i) in ZEROS | {"zero"} and small_number(u, i + 1) else i
    first = small_number(u, at)
    if first is None or first[1] > 23:
        return None
    return _with_minute(u, first)


def _clock_digits(u: Utterance, i: int) -> tuple[int, int, int | None] | None:
    """ "345 PM", as some engines write what they hear."""
    if u.is_number(i):
        found: tuple[int, int] | None = (
            (i + 1, int(u.low(i))) if u.low(i).isdecimal() and len(u.low(i)) in {3, 4} else None
        )
    else:
        found = cardinal(u, i)
    if found is None or not 100 <= found[1] < 1260 or found[1] % 100 > 59:
        return None
    at = found[0] + 1 if u.low(found[0]) == "-" else found[0]
    return (at, found[1] // 100, found[1] % 100) if _half_of_day(u, at) is not None else None


def _with_minute(u: Utterance, first: tuple[int, int]) -> tuple[int, int, int | None]:
    end, hour = first
    if u.low(end) == "hundred" and u.low(end + 1) == "hours":
        return end + 1, hour, 0
    if u.low(end) in ZEROS and (one := small_number(u, end + 1)) is not None and one[1] < 10:
        return one[0], hour, one[1]
    minute = small_number(u, end)
    if minute is not None and 10 <= minute[1] < 60 and not u.glued(end):
        return minute[0], hour, minute[1]
    return end, hour, None


def _half_of_day(u: Utterance, i: int) -> tuple[int, str] | None:
    """AM or PM in any spelling: (index behind it, AM or PM)."""
    low = u.low(i)
    if low in {"am", "pm"}:
        return i + 1, low.upper()
    if low not in {"a", "p"}:
        return None
    at = i + 2 if u.low(i + 1) == "." and u.glued(i + 1) else i + 1
    if u.low(at) != "m" or (u.is_letters(at + 1) and u.glued(at + 1)):
        return None
    ends_here = at > i + 1 and u.low(at + 1) == "." and u.glued(at + 1) and at + 2 < len(u)
    starts_new = u.is_letters(at + 2) and u.tokens[at + 2].text[0].isupper() if ends_here else False
    return (at + 2 if ends_here and not starts_new else at + 1), f"{low.upper()}M"


def _month(u: Utterance, i: int) -> tuple[int, int] | None:
    low = u.low(i)
    if low in _MONTH:
        return i + 1, _MONTH[low]
    if low in _SHORT:
        return (i + 2 if u.low(i + 1) == "." else i + 1), _SHORT[low]
    return None


def _month_first(u: Utterance, i: int) -> Reading | None:
    month = _month(u, i)
    if month is None:
        return None
    at, number = month
    name = MONTHS[number - 1]
    if (year := _year_after(u, at)) is not None:
        return Reading(i, year[0], "date", f"{year[1]}-{number:02}", f"{name} {year[1]}", "date")
    day = _day(u, at)
    if day is None:
        return None
    end, day_number = day
    with_year = _year_after(u, end)
    if with_year is not None:
        written = f"{name} {day_number}, {with_year[1]}"
        return Reading(i, with_year[0], "date", f"{with_year[1]}-{number:02}-{day_number:02}", written, "date")
    if read_unit(u, end) is not None or starts_number(u, end) or u.low(end) == "point":
        return None
    return Reading(i, end, "date", f"{number:02}-{day_number:02}", f"{name} {day_number}", "date")


def _day_first(u: Utterance, i: int) -> Reading | None:
    """ "the third of March 2024", "3 March 2024", "third of March"."""
    day = ordinal(u, i) or small_number(u, i)
    if day is None or not 1 <= day[1] <= 31:
        return None
    of = u.low(day[0]) == "of"
    month = _month(u, day[0] + 1 if of else day[0])
    if month is None:
        return None
    shown = with_suffix(day[1]) if of and ordinal(u, i) is not None else str(day[1])
    written = f"{shown} of {MONTHS[month[1] - 1]}" if of else f"{shown} {MONTHS[month[1] - 1]}"
    year = _year_after(u, month[0])
    if year is not None:
        return Reading(i, year[0], "date", f"{year[1]}-{month[1]:02}-{day[1]:02}", f"{written} {year[1]}", "date")
    if of and ordinal(u, i) is not None:
        return Reading(i, month[0], "date", f"{month[1]:02}-{day[1]:02}", written, "date")
    return None


def _day(u: Utterance, i: int) -> tuple[int, int] | None:
    at = i + 1 if u.low(i) == "the" else i
    found = ordinal(u, at)
    if found is None:
        found = small_number(u, at)
        if found is not None and _year_after(u, found[0]) is None and u.low(at + 1) == "-":
            found = None
    return found if found is not None and 1 <= found[1] <= 31 else None


def _year_after(u: Utterance, i: int) -> tuple[int, int] | None:
    """A year behind a month or a day, with a comma or "of" before it."""
    at = i + 1 if u.low(i) in {",", "of", "comma"} else i
    return _year(u, at)


def _year(u: Utterance, i: int) -> tuple[int, int] | None:
    """1900 to 2099: "two thousand twenty four", "twenty twenty four", "nineteen ninety eight", 2024."""
    if u.is_number(i):
        text = u.tokens[i].text
        found: tuple[int, int] | None = (i + 1, int(text)) if text.isdecimal() and len(text) == 4 else None
    elif u.low(i) in {"nineteen", "twenty"} and (pair := _two_digits(u, i + 1)) is not None:
        found = (pair[0], (1900 if u.low(i) == "nineteen" else 2000) + pair[1])
    else:
        found = cardinal(u, i) if u.lows(i, 2) == ("two", "thousand") else None
    if found is None or not 1900 <= found[1] <= 2099 or _goes_on(u, found[0]):
        return None
    return found


def _two_digits(u: Utterance, i: int) -> tuple[int, int] | None:
    if u.low(i) in ZEROS:
        one = below_hundred(u, i + 1)
        return one if one and one[1] < 10 else None
    found = below_hundred(u, i)
    return found if found and found[1] >= 10 else None


def _goes_on(u: Utterance, i: int) -> bool:
    more = is_number_word(u.low(i)) or u.low(i) in {"point", "by", "x", "%", "/"} or (u.glued(i) and u.is_number(i))
    return more or read_unit(u, i) is not None


def _year_alone(u: Utterance, i: int) -> Reading | None:
    """A year said in pairs, where the words around it make it one; "two thousand twenty four" is read as a number."""
    if u.low(i) not in {"nineteen", "twenty"}:
        return None
    found = _year(u, i)
    if found is None or u.low(i - 1) not in _BEFORE_YEAR:
        return None
    return Reading(i, found[0], "number", str(found[1]), str(found[1]), "date")


def _with_slashes(u: Utterance, i: int) -> Reading | None:
    """ "three slash four slash twenty twenty four" → 3/4/2024: which is the month is not guessed."""
    slashes = frozenset({"slash", "/"})
    first = _day_or_month(u, i)
    second = _day_or_month(u, first[0] + 1) if first and u.low(first[0]) in slashes else None
    if first is None or second is None or u.low(second[0]) not in slashes or max(first[1], second[1]) > 31:
        return None
    year = _year(u, second[0] + 1) or small_number(u, second[0] + 1)
    if year is None:
        return None
    written = f"{first[1]}/{second[1]}/{year[1]:02}"
    if u.is_number(i) and u.is_number(first[0] + 1) and u.is_number(second[0] + 1):
        written = u.text(i, year[0])
    return Reading(i, year[0], "date", f"{first[1]}/{second[1]}/{year[1]}", written, "date")


def _day_or_month(u: Utterance, i: int) -> tuple[int, int] | None:
    """A number, with "oh" or "zero" before it or not: "oh three"."""
    is_padded = u.low(i) in ZEROS | {"zero"} and not u.is_number(i + 1)
    found = small_number(u, i + 1) if is_padded else None
    return found if found is not None and 0 < found[1] < 10 else small_number(u, i)


def _iso(u: Utterance, i: int) -> Reading | None:
    """2024-03-03, as it stands."""
    parts = u.lows(i, 5)
    shape = [len(part) for part in parts] == [4, 1, 2, 1, 2] and parts[1] == parts[3] == "-"
    if not shape or not all(
        u.is_number(at) and part.isdecimal() for at, part in zip((i, i + 2, i + 4), parts[::2], strict=True)
    ):
        return None
    return Reading(i, i + 5, "date", "-".join(parts[::2]), u.text(i, i + 5), "date")
