"""Help (F1) of the check window: what the page in front wants, and its keys."""

from __future__ import annotations

KEYS = (
    ("Enter", "the page's action: begin, done, take this number"),
    ("1 … 9", "the answer with this number"),
    ("Backspace", "one step back"),
    ("S", "leave this step out, with a reason"),
    ("P", "pause, and go on"),
    ("Esc", "stop the check: asks first, readings are kept"),
    ("F1", "this help"),
    ("H", "panel to the other edge (computers with one monitor)"),
)
TEXTS = {
    "Choose a check": "Choose what is checked, say who you are, and find the meter. Everything is remembered for the "
    "next time. Limits marked “unconfirmed” have not been read in the standard itself by anybody here.",
    "Instruction page": "Do what the picture shows, then press Enter. When the meter only moves to the next place, the "
    "check goes on by itself after a few seconds; W holds it.",
    "Waiting page": "A cold panel drifts. The time runs by itself; going on early is noted in the record.",
    "Question page": "Look at the display under test from where you read, then answer with the button or its number. "
    "Some patterns ask for a click on the pattern itself: their right answer changes every time.",
    "Number page": "Type the number with a decimal point. A meter with a diffuser can measure room light itself.",
    "Measuring page": "The meter is read by itself until the readings agree. Every reading is written down before it "
    "counts, so nothing is lost when the meter or the monitor is unplugged.",
    "Pause page": "Mend what is said, then go on. Nothing that was read is lost.",
    "Verdict page": "From the top: the verdict, why, and what to do. INCONCLUSIVE means that the limit lies inside the "
    "uncertainty of the readings: repeating the levels it hangs on may settle it.",
}


def help_text(page: str) -> str:
    """Help on a page, by its accessible name."""
    return TEXTS.get(page, "")
