"""The page of commands, run: each block is one shell command with what it printed and its exit code.

`python -m tests.helpers.documented_commands` writes the page anew from what the commands print now.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from run import virtual_monitors

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "calibration-commands.md"
_BLOCK = re.compile(r"```console\n\$ (?P<command>.*?)\n(?P<output>.*?)```", re.DOTALL)
_MASKS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?"), "DATE"),
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "HASH"),
    (re.compile(r"\b\d+ days?\b"), "DAYS"),
    (re.compile(r" +"), " "),
    (re.compile(r"[─━-]{3,}"), "---"),
)


def run_page(text: str, folder: Path, environment: Mapping[str, str]) -> str:
    """The page with the outputs of now. Commands run one after another in ``folder``."""

    def block(match: re.Match[str]) -> str:
        command = match["command"]
        # Both streams go to one file in the order in which they were written, as on a terminal.
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=180,
        )
        said = shortened(done.stdout.rstrip("\n")).replace(f" {platform.node()} ", " reading-room-1 ")
        said = said.replace(f" {platform.node()},", " reading-room-1,")
        lines = [f"$ {command}", *([said] if said else []), f"[exit code {done.returncode}]"]
        return "```console\n" + "\n".join(lines) + "\n```"

    return _BLOCK.sub(block, text)


def shortened(said: str, most: int = 24) -> str:
    """The beginning of a long output."""
    lines = said.splitlines()
    return "\n".join(line.rstrip() for line in (lines if len(lines) <= most else [*lines[:12], "…"]))


def masked(text: str) -> str:
    """The page without what differs from run to run: dates, hashes, widths of columns."""
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return "\n".join(line.strip() for line in text.splitlines())


def page_now(folder: Path) -> str:
    """The page as it would be written now, run in ``folder`` on three virtual monitors."""
    for file in (ROOT / "docs" / "examples").iterdir():
        shutil.copy(file, folder)
    program = str(Path(sys.executable).parent)
    with virtual_monitors() as monitors:
        environment = {**monitors, "PATH": f"{program}:{os.environ['PATH']}", "COLUMNS": "110", "TZ": "UTC"}
        environment |= {name: str(folder / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        environment |= {name: str(folder / name.lower()) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}
        return run_page(PAGE.read_text("utf-8"), folder, environment)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(page_now(Path(scratch)), "utf-8")
