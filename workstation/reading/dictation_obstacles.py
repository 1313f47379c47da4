"""What of dictation is in the way of signing a report, in words."""

from __future__ import annotations

from collections.abc import Callable

from workstation.reading.dictated_text import DictatedText
from workstation.reading.obstacles import Obstacle


def obstacles_of(
    text: DictatedText,
    heading: Callable[[str], str],
    *,
    is_listening: bool,
    is_second_busy: bool,
    unheard: int,
) -> tuple[Obstacle, ...]:
    """All obstacles of one case.

    Parameters
    ----------
    heading
        Name of a field, for people.
    is_listening
        The microphone is on in this case, or words are still to come.
    is_second_busy
        The second pass still listens to what was said.
    unheard
        How many recordings no engine could recognise.
    """
    found = [
        Obstacle(
            f"unconfirmed:{each}", f"{heading(each)} holds text of a low-accuracy speech engine. Read and confirm it."
        )
        for each in text.unconfirmed()
    ]
    found += [
        Obstacle(
            f"choice:{each}",
            f"In {heading(each)} two recognised texts differ in a negation, side, number, unit or level. Choose one.",
        )
        for each in dict.fromkeys(passage.field for passage in text.choices())
    ]
    if is_listening:
        found.append(Obstacle("listening", "Dictation is still listening. Wait for its words, then read them."))
    if is_second_busy:
        what = "The second pass still listens to what you said; its text will not be taken once you sign."
        found.append(Obstacle("second-pass", what, is_blocking=False))
    if unheard:
        what = f"{unheard} recording{'s were' if unheard > 1 else ' was'} not recognised. Play it; it may be missing."
        found.append(Obstacle("unheard", what, is_blocking=False))
    return tuple(found)
