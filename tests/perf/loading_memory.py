"""Memory that an open study takes: run in a process of its own, prints one JSON document."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from tests.helpers.vaults import HandClock, a_catalogue
from workstation.dicom.display_sets import display_sets_of
from workstation.foundation.cancel import CancelToken
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.picture import render_view
from workstation.imaging.placement import Presentation, fit_placement
from workstation.imaging.stack_pixels import key_of
from workstation.reading.headers import HeaderShelf
from workstation.reading.stored_objects import StoredObjects

_VIEWPORT = (1200, 1000)


def main(root: Path, study_uid: str) -> None:
    """Open the study as the program does, load all of it, draw every tenth picture."""
    import imagecodecs  # noqa: F401 - the program has it in memory as soon as it has shown any compressed image

    catalogue = a_catalogue(root, HandClock())
    try:
        before = _resident_bytes()
        shelf = HeaderShelf(catalogue, StoredObjects(catalogue))
        (display_set,) = display_sets_of(shelf.of_study(study_uid, CancelToken()))
        frames = FrameSource(shelf.open)
        middle = len(display_set.frames) // 2
        frames.load(display_set, lambda: middle, CancelToken())
        for index in range(0, len(display_set.frames), 10):
            header, frame = display_set.header_at(index), frames.fetch(*key_of(display_set.frames[index]))
            placement = fit_placement(header.rows, header.columns, *_VIEWPORT, header.pixel_aspect)
            render_view(frame, header, Presentation(), placement, _VIEWPORT)
        gc.collect()
        pixels = sum(header.rows * header.columns * 2 for header in display_set.instances)
        print(json.dumps({"grown": _resident_bytes() - before, "pixels": pixels}))  # noqa: T201
    finally:
        catalogue.close()


def _resident_bytes() -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
