"""What goes wrong while objects and worklist items are read.

BadInput
├── UnreadableInstance   bytes that are damaged, or lack what every object must have
│   └── NotDicom         bytes that are something else
└── UnreadableWorkItem   a worklist answer without, or with a malformed, attribute
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput


class UnreadableInstance(BadInput):
    """Bytes that are not a DICOM object we can read. The text names what is wrong, never whose object it is."""


class NotDicom(UnreadableInstance):
    """Bytes that are no DICOM object at all: a text, a picture, a program."""


class UnreadableWorkItem(BadInput):
    """A worklist item with a missing or malformed attribute; the text names the attribute, never its value."""
