"""What becomes of every file of the open data: decoded, no pixels, or refused and why.

`python tests/golden/table_of_open_data.py [FOLDER]` prints the table as Markdown; `--brief` leaves out what is decoded.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from workstation.dicom.dicom_object import open_object  # noqa: E402 - the root must be known first
from workstation.foundation.byte_source import FileSource  # noqa: E402
from workstation.foundation.cancel import CancelToken  # noqa: E402
from workstation.foundation.errors import UserFacingError  # noqa: E402
from workstation.foundation.pool import Pool  # noqa: E402
from workstation.imaging.decoding import decode_frame_of  # noqa: E402

OPEN_DATA = ROOT.parent / "shared" / "data" / "open"


@dataclass(frozen=True)
class Line:
    """One file.

    Attributes
    ----------
    outcome
        ``decoded``, ``no pixels`` or ``refused``.
    detail
        Size and transfer syntax, or why it was refused.
    seconds
        From opening to the last frame.
    """

    path: str
    outcome: str
    detail: str
    seconds: float


def files_listed(folder: Path) -> list[str]:
    """The files that the folder's manifest names."""
    lines = (folder / "MANIFEST.tsv").read_text("utf-8").splitlines()
    return [line.split("\t", 1)[0] for line in lines[1:]]


def lines(folder: Path) -> Iterator[Line]:
    """A line for each file, every frame of it decoded, in the order of the manifest. A crash of ours is not caught."""
    pool: Pool[str, Line] = Pool(lambda path: _line(folder, path), name="table")
    found = dict(pool.run(files_listed(folder), CancelToken()))
    yield from (found[path] for path in files_listed(folder))


def _line(folder: Path, path: str) -> Line:
    began = time.perf_counter()
    try:
        outcome, detail = _outcome(folder / path)
    except UserFacingError as error:
        outcome, detail = "refused", error.what
    return Line(path, outcome, detail, time.perf_counter() - began)


def _outcome(path: Path) -> tuple[str, str]:
    source = FileSource(path)
    try:
        found = open_object(source)
        header = found.header_without_identifiers
        if not header.is_image:
            return "no pixels", ""
        for frame in range(header.frames):
            decode_frame_of(found, frame)
    finally:
        source.close()
    return "decoded", f"{header.rows} x {header.columns} x {header.frames}, {header.transfer_syntax}"


def as_markdown(found: Sequence[Line], *, is_brief: bool = False) -> str:
    """The table, and how many there are of each."""
    shown = [line for line in found if not (is_brief and line.outcome == "decoded")]
    rows = [f"| {line.path} | {line.outcome} | {line.detail} |" for line in shown]
    counts = Counter(line.outcome for line in found)
    total = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return "\n".join(["| file | outcome | |", "|---|---|---|", *rows, "", f"{len(found)} files: {total}."])


def main(words: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What becomes of every file of the open data.")
    parser.add_argument("folder", nargs="?", type=Path, default=OPEN_DATA)
    parser.add_argument("--brief", action="store_true", help="leave out what is decoded")
    asked = parser.parse_args(words)
    print(as_markdown(list(lines(asked.folder)), is_brief=asked.brief))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
