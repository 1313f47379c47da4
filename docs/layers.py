"""Writes the table of layers with their line counts into architecture.md; `--check` only compares."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- layers:begin -->", "<!-- layers:end -->"


def lines_of(package: str) -> tuple[int, int]:
    """Modules and lines (without blank ones) of a package."""
    files = list((ROOT / package.replace(".", "/")).rglob("*.py"))
    return len(files), sum(1 for file in files for line in file.read_text("utf-8").splitlines() if line.strip())


def first_sentence(package: str) -> str:
    text = (ROOT / package.replace(".", "/") / "__init__.py").read_text("utf-8")
    found = re.search(r'"""(.+?)(?:\n|""")', text, re.DOTALL)
    return found.group(1).strip() if found else ""


def table() -> str:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    rows = ["| layer | modules | lines | what it is |", "|---|---:|---:|---|"]
    total = 0
    for layer in [*layers, "workstation.demo_site"]:
        for package in layer.split(" | "):
            modules, lines = lines_of(package)
            total += lines
            rows.append(f"| `{package}` | {modules} | {lines} | {first_sentence(package)} |")
    rows.append(f"| **all** | | **{total}** | |")
    return "\n".join(rows)


def main() -> int:
    before = PAGE.read_text("utf-8")
    head, _, rest = before.partition(BEGIN)
    after = f"{head}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"
    if "--print" in sys.argv:
        sys.stdout.write(table() + "\n")
        return 0
    PAGE.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
