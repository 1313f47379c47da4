from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.imaging.loading_order import LoadingOrder, outwards


@pytest.mark.parametrize(
    ("count", "start", "order"),
    [(5, 2, [2, 1, 3, 0, 4]), (3, 0, [0, 1, 2]), (3, 99, [2, 1, 0]), (3, -1, [0, 1, 2]), (0, 5, [])],
)
def test_outwards(count: int, start: int, order: list[int]) -> None:
    assert outwards(count, start) == order


@given(st.integers(0, 40), st.lists(st.integers(-5, 45), min_size=40, max_size=40))
def test_each_index_comes_once_and_is_the_nearest_left_to_where_the_reader_is(count: int, places: list[int]) -> None:
    now = [0]
    order = LoadingOrder(count, lambda: now[0])
    left = set(range(count))
    for place in places[:count]:
        now[0] = place
        index = order.next()
        assert index in left
        assert abs(index - place) == min(abs(each - place) for each in left)
        left.discard(index)
    assert order.is_done
    assert order.next() is None


def test_ending_hands_out_no_more() -> None:
    order = LoadingOrder(5, lambda: 0)
    order.next()
    order.end()
    assert order.next() is None
    assert order.is_done
