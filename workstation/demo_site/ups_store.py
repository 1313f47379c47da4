"""The work items of the site: their attributes, owners and cancellation requests, durable when a file is given."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from workstation.demo_site.dicom_json import Json, first_text
from workstation.demo_site.ups_rules import SOP_INSTANCE_UID, STATE
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically

Result = TypeVar("Result")


@dataclass(frozen=True)
class HeldItem:
    """One work item as the site holds it. ``transaction_uid`` never leaves the site."""

    attributes: Json = field(repr=False)
    transaction_uid: str = field(default="", repr=False)
    owner: str = field(default="", repr=False)
    """User id of whoever claimed it."""
    cancel_requests: tuple[Json, ...] = field(default=(), repr=False)
    is_touched: bool = False
    """Whether anything has happened to it since the site made it."""

    @property
    def uid(self) -> str:
        return first_text(self.attributes, SOP_INSTANCE_UID)

    @property
    def state(self) -> str:
        return first_text(self.attributes, STATE)


class UpsStore:
    """All items under one lock: whoever works on them has them to himself.

    Parameters
    ----------
    items
        What the site starts with.
    file
        Where touched items are kept; items found there take the place of those in ``items``.
    """

    def __init__(self, items: Iterable[HeldItem], file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._file = file
        self._items = {item.uid: item for item in items}
        self._items.update({item.uid: item for item in _kept(file)})

    def all(self) -> list[HeldItem]:
        """Every item, in the order in which they were made."""
        with self._lock:
            return list(self._items.values())

    def get(self, uid: str) -> HeldItem | None:
        """One item."""
        with self._lock:
            return self._items.get(uid)

    def exclusively(self, work: Callable[[], Result]) -> Result:
        """Run ``work``, which may call `get` and `put`, with nobody else changing anything; then keep the outcome."""
        with self._lock:
            result = work()
            self._keep()
            return result

    def put(self, item: HeldItem) -> None:
        """Take a new or changed item in; only inside `exclusively`."""
        self._items[item.uid] = replace(item, is_touched=True)

    def _keep(self) -> None:
        if self._file is None:
            return
        touched = [asdict(item) for item in self._items.values() if item.is_touched]
        write_atomically(self._file, json.dumps({"schema": "demo-worklist/1", "items": touched}).encode())


def _kept(file: Path | None) -> list[HeldItem]:
    if file is None or not file.is_file():
        return []
    try:
        document = json.loads(file.read_bytes())
        return [HeldItem(**{**item, "cancel_requests": tuple(item["cancel_requests"])}) for item in document["items"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file} is not a worklist of the demo site.", "Remove it and start again.") from error
