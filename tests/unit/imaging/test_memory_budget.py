from __future__ import annotations

import sys

import pytest

from workstation.imaging import memory_budget
from workstation.imaging.memory_budget import MemoryBudget, free_bytes

GIB = 1 << 30


@pytest.mark.parametrize(
    ("free", "decoded", "compressed"),
    [(6 * GIB, 2 * GIB, GIB), (64 * GIB, 4 * GIB, 2 * GIB), (0, GIB, GIB // 2), (GIB // 2, GIB // 4, GIB // 12)],
)
def test_both_tiers_together_leave_half_of_what_is_free(
    monkeypatch: pytest.MonkeyPatch, free: int, decoded: int, compressed: int
) -> None:
    monkeypatch.setattr(memory_budget, "free_bytes", lambda: free)
    assert MemoryBudget.of_this_machine() == MemoryBudget(decoded, compressed)


def test_a_given_budget_is_for_both_tiers() -> None:
    budget = MemoryBudget.of(3 * GIB)
    assert budget.decoded_bytes + budget.compressed_bytes == 3 * GIB
    assert MemoryBudget.of(1 << 20) == MemoryBudget(256 << 20, 0)


def test_without_a_choice_this_machine_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_budget, "free_bytes", lambda: 6 * GIB)
    assert MemoryBudget.of(0) == MemoryBudget(2 * GIB, GIB)


@pytest.mark.skipif(sys.platform not in {"linux", "win32"}, reason="only these tell")
def test_this_machine_tells_what_is_free() -> None:
    assert 16 << 20 < free_bytes() < 1 << 50
