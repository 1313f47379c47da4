"""The columns of the worklist and the words in them. No widgets: what a row says is decided here and tested here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from workstation.catalogue.work_items import ClaimState
from workstation.dicom.patient import age_at, display_name
from workstation.sync.worklist import WorklistRow

WARN_BELOW = timedelta(minutes=15)


class Column(Enum):
    """Columns in their first order. The value names a column in the preferences file."""

    PRIORITY = "priority"
    DUE = "due"
    PATIENT = "patient"
    AGE_SEX = "age-sex"
    STUDY = "study"
    REGION = "region"
    SITE = "site"
    IMAGES = "images"
    PRIORS = "priors"
    AI = "ai"
    STATE = "state"


class Tone(Enum):
    """How a text is coloured; never the only sign of what it says."""

    PLAIN = "plain"
    QUIET = "quiet"
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    INFO = "info"
    AI = "ai"


@dataclass(frozen=True)
class Heading:
    """Title, first width in logical pixels, alignment and explanation of a column."""

    title: str
    width: int
    is_number: bool
    tip: str


HEADINGS: dict[Column, Heading] = {
    Column.PRIORITY: Heading("Priority", 78, False, "How urgent the site says the item is"),
    Column.DUE: Heading("Due in", 98, True, "Time left until the report is due, on the site's clock"),
    Column.PATIENT: Heading("Patient", 186, False, "Patient's name"),
    Column.AGE_SEX: Heading("Age, sex", 66, False, "Age on the day of the study, and sex"),
    Column.STUDY: Heading("Study", 226, False, "Requested procedure"),
    Column.REGION: Heading("Region", 80, False, "Body region"),
    Column.SITE: Heading("Site", 138, False, "Facility that made the images"),
    Column.IMAGES: Heading("Images", 88, True, "Images here, of those expected"),
    Column.PRIORS: Heading("Priors", 56, True, "Earlier studies found for comparison"),
    Column.AI: Heading("AI", 168, False, "Finding of an algorithm; nobody has verified it"),
    Column.STATE: Heading("State", 176, False, "Where the item stands now"),
}

_FINISHED = (ClaimState.COMPLETING, ClaimState.COMPLETED, ClaimState.RETURNING, ClaimState.RETURNED)
_PRIORITY_WORDS = {"HIGH": "STAT", "MEDIUM": "Routine", "LOW": "Low"}


def slack_at(row: WorklistRow, now: datetime) -> timedelta | None:
    """Time left until the item is due; negative when it is late, None when nothing is promised or it is done.

    Parameters
    ----------
    now
        The site's time, aware.
    """
    return None if row.item.due is None or is_over(row) else row.item.due - now


def is_over(row: WorklistRow) -> bool:
    """Whether nobody has to read the item any more: reported, returned or withdrawn."""
    return row.claim in _FINISHED or row.item.state in ("COMPLETED", "CANCELED")


def due_text(slack: timedelta | None) -> str:
    """``0:18:32`` counts down, ``late 0:02:10`` counts up; from a day on in days and hours."""
    if slack is None:
        return "–"
    seconds = int(abs(slack).total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    text = f"{days} d {hours:02d} h" if days else f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"late {text}" if slack < timedelta(0) else text


def due_tone(slack: timedelta | None) -> Tone:
    """Late is red, less than a quarter of an hour amber."""
    if slack is None:
        return Tone.QUIET
    if slack < timedelta(0):
        return Tone.FAIL
    return Tone.WARN if slack < WARN_BELOW else Tone.PLAIN


def priority_text(row: WorklistRow) -> str:
    """STAT, Routine or Low."""
    return _PRIORITY_WORDS.get(row.item.priority, row.item.priority.capitalize())


def age_sex_text(row: WorklistRow, now: datetime) -> str:
    """Age with its unit and the sex, ``67 y F``; what is unknown is left out."""
    patient = row.item.patient
    return " ".join(part for part in (age_at(patient.birth_date, now.date()), patient.sex) if part)


def images_text(row: WorklistRow) -> str:
    """``120 / 500``; a dash while the site has not said how many there are."""
    counts = row.counts
    if not counts.expected:
        return "–"
    return f"{counts.received} / {counts.expected}"


def images_fraction(row: WorklistRow) -> float | None:
    """How much is here, 0 to 1; None when nothing is known."""
    counts = row.counts
    return counts.received / counts.expected if counts.expected else None


def images_tone(row: WorklistRow) -> Tone:
    """Quarantined or failed images show as a warning, a complete study is quiet."""
    if row.counts.quarantined or row.counts.failed:
        return Tone.WARN
    return Tone.QUIET if images_fraction(row) in (None, 1.0) else Tone.PLAIN


def ai_text(row: WorklistRow) -> str:
    """``AI: finding, 93 %``, always with the word AI."""
    flag = row.item.ai
    if flag is None:
        return ""
    sure = "" if flag.confidence is None else f", {flag.confidence * 100:.0f} %"
    return f"AI: {flag.finding}{sure}"


def text_of(column: Column, row: WorklistRow, now: datetime) -> str:
    """What stands in one cell at the site's time ``now``."""
    item = row.item
    texts = {
        Column.PRIORITY: lambda: priority_text(row),
        Column.DUE: lambda: due_text(slack_at(row, now)),
        Column.PATIENT: lambda: display_name(item.patient.name),
        Column.AGE_SEX: lambda: age_sex_text(row, now),
        Column.STUDY: lambda: study_text(row),
        Column.REGION: lambda: item.body_region.replace("_", " ").capitalize(),
        Column.SITE: lambda: item.facility,
        Column.IMAGES: lambda: images_text(row),
        Column.PRIORS: lambda: str(row.priors) if row.priors else "–",
        Column.AI: lambda: ai_text(row),
        Column.STATE: lambda: row.state_text,
    }
    return texts[column]()


def study_text(row: WorklistRow) -> str:
    """The procedure, or the item's label when its orders name none."""
    procedures = dict.fromkeys(order.procedure for order in row.item.orders if order.procedure)
    return " + ".join(procedures) or row.item.label


def tone_of(column: Column, row: WorklistRow, now: datetime) -> Tone:
    """Colour of one cell."""
    if column is Column.PRIORITY:
        return Tone.FAIL if row.item.is_stat and row.is_unread else Tone.QUIET
    if column is Column.DUE:
        return due_tone(slack_at(row, now)) if row.is_unread else Tone.QUIET
    if column is Column.IMAGES:
        return images_tone(row)
    if column is Column.AI:
        return Tone.AI
    if column in (Column.PATIENT, Column.STUDY):
        return Tone.PLAIN if row.is_unread else Tone.QUIET
    return Tone.QUIET


def sort_key(column: Column, row: WorklistRow, now: datetime) -> tuple[float | str, ...]:
    """By what a column is sorted when its heading is clicked."""
    slack = slack_at(row, now)
    far = timedelta(days=100_000)
    numbers: dict[Column, float] = {
        Column.PRIORITY: row.priority_rank,
        Column.DUE: (far if slack is None else slack).total_seconds(),
        Column.IMAGES: float(row.counts.expected),
        Column.PRIORS: float(row.priors),
        Column.AI: -(row.item.ai.confidence or 0.0) if row.item.ai else 1.0,
    }
    if column in numbers:
        return (numbers[column],)
    if column is Column.AGE_SEX:
        return (row.item.patient.birth_date, row.item.patient.sex)
    return (text_of(column, row, now).casefold(),)
