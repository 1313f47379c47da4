"""DCMTK as an oracle: draws an object with somebody else's code."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.helpers.oracles import need

_TOOLS = {"1.2.840.10008.1.2.4.8": "dcml2pnm", "1.2.840.10008.1.2.4": "dcmj2pnm"}


def drawn(path: Path, out: Path, *options: str, syntax: str = "") -> NDArray[np.uint8]:
    """The object drawn in 8 bits, without overlays: (rows, columns) or (rows, columns, 3)."""
    tool = next((name for prefix, name in _TOOLS.items() if syntax.startswith(prefix)), "dcm2pnm")
    command = [need(tool), "-q", "-O", *options, str(path), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return read_pnm(out.read_bytes())


def read_pnm(data: bytes) -> NDArray[np.uint8]:
    """A binary PGM (P5) or PPM (P6) of 8 bits."""
    kind, width, height, greatest, rest = _head(data)
    assert greatest == 255
    shape: tuple[Any, ...] = (height, width) if kind == b"P5" else (height, width, 3)
    return np.frombuffer(rest, dtype=np.uint8)[: int(np.prod(shape))].reshape(shape)


def _head(data: bytes) -> tuple[bytes, int, int, int, bytes]:
    fields: list[bytes] = []
    at = 0
    while len(fields) < 4:
        end = at
        while data[end : end + 1] not in {b" ", b"\n", b"\r", b"\t"}:
            end += 1
        if data[at : at + 1] == b"#":
            at = data.index(b"\n", at) + 1
            continue
        fields.append(data[at:end])
        at = end + 1
    return fields[0], int(fields[1]), int(fields[2]), int(fields[3]), data[at:]


def converted(content: bytes, folder: Path, tool: str, *options: str) -> bytes:
    """An object compressed or decompressed by one of DCMTK's tools (dcmcjpeg, dcmcjpls, dcmcrle, dcmdjpeg, …)."""
    before, after = folder / "before.dcm", folder / "after.dcm"
    before.write_bytes(content)
    subprocess.run([need(tool), *options, str(before), str(after)], check=True, capture_output=True, timeout=60)
    return after.read_bytes()
