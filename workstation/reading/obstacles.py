"""What stands in the way of taking an item, hanging a case or signing a report, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way.

    Attributes
    ----------
    key
        Stays the same while the obstacle stands; acknowledgements name it.
    text
        What is in the way and what to do about it.
    must_acknowledge
        Gives way when the reader types an acknowledgement, which goes into the report.
    is_blocking
        Does not give way at all until its cause is gone. An obstacle that is neither is a warning.
    """

    key: str
    text: str
    must_acknowledge: bool = False
    is_blocking: bool = True
