"""Policies: which limits a display in a role is held to, and how often it is checked. Data, never code.

Each policy is a TOML file. Those that ship lie in ``resources/calibration_policies``; a site edits a copy in a folder
of its own, which takes the place of the shipped one with the same id.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from calibration.conformance.rules import Line, Part, Rule, Task
from calibration.displays.identity import ROLES
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

__all__ = ["POLICY_IDS", "Policy", "Rule", "Task", "load_policies", "policy_of", "read_policy"]

POLICY_IDS = ("tg18", "tg270", "acr", "iec62563", "din6868-157", "jesra", "ranzcr", "home-office")
"""The policies that ship."""


class Policy(Part):
    """One policy: what a display in each role is held to, and how often it is looked at."""

    schema_: Literal["policy/1"] = Field(alias="schema", description="Version of this file's form.")
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$", description="Short name, used in settings and records.")
    title: Line = Field(description="Name of the standard, guideline or set of limits.")
    edition: str = Field("", max_length=120, description="Edition of the standard.")
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,20}$", description="Version of this file; raise it with each edit.")
    about: str = Field("", max_length=2000, description="What a reader of reports must know about it.")
    rules: tuple[Rule, ...] = Field(min_length=1, description="Limits.")
    tasks: tuple[Task, ...] = Field(description="Checks that are due again and again.")
    _is_own: bool = PrivateAttr(False)

    def model_post_init(self, context: Any, /) -> None:
        """Remember whether the file is the site's own."""
        self._is_own = bool(isinstance(context, dict) and context.get("is_own"))

    @property
    def is_own(self) -> bool:
        """Whether it is the site's edited copy, not the one that ships."""
        return self._is_own

    @cached_property
    def sha256(self) -> str:
        """Hash of the content: comments, spaces and the order of keys do not count, everything else does."""
        content = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8")).hexdigest()

    @property
    def version_text(self) -> str:
        """Version and the beginning of the hash: what verdicts carry."""
        return f"{self.version} ({self.sha256[:12]})"

    def rules_for(self, role: str) -> tuple[Rule, ...]:
        """The rules for displays of ``role``."""
        return tuple(rule for rule in self.rules if role in rule.roles)

    def tasks_for(self, role: str) -> tuple[Task, ...]:
        """The checks that are due for displays of ``role``."""
        return tuple(task for task in self.tasks if role in task.roles)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = [fault for role in ROLES for fault in _faults_of_role(self, role)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def load_policies(own_folder: Path | None = None) -> Mapping[str, Policy]:
    """Every policy by id: those that ship, and the site's own in place of or beside them.

    Parameters
    ----------
    own_folder
        Folder of the site's edited copies (``*.toml``); None or absent where there are none.

    Raises
    ------
    BadInput
        When a file is not a policy: every fault of every file is named at once.
    """
    shipped = resource_path("calibration_policies")
    found, faults = _read_all([shipped / f"{name}.toml" for name in POLICY_IDS], is_own=False)
    own_files = sorted(own_folder.glob("*.toml")) if own_folder is not None and own_folder.is_dir() else []
    own, own_faults = _read_all(own_files, is_own=True)
    if faults or own_faults:
        raise BadInput(f"Policies cannot be used: {' '.join([*faults, *own_faults])}", "Mend them all and try again.")
    return {**found, **own}


def read_policy(path: Path, *, is_own: bool = True) -> Policy:
    """Read one policy.

    Raises
    ------
    BadInput
        When the file is no policy: every fault is named at once, with its key.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The policy {path} cannot be read: {error}.", "Mend the file and try again.") from error
    try:
        return Policy.model_validate(raw, context={"is_own": is_own})
    except ValidationError as error:
        raise BadInput(f"The policy {path} has {_in_words(error, raw)}", "Mend them all and try again.") from error


def policy_of(policies: Mapping[str, Policy], name: str) -> Policy:
    """The policy of that id.

    Raises
    ------
    BadInput
        When there is none.
    """
    if name not in policies:
        raise BadInput(f"There is no policy {name}.", f"The policies are: {', '.join(policies)}.")
    return policies[name]


def _read_all(paths: Sequence[Path], *, is_own: bool) -> tuple[dict[str, Policy], list[str]]:
    found: dict[str, Policy] = {}
    faults = []
    for path in paths:
        try:
            policy = read_policy(path, is_own=is_own)
        except BadInput as error:
            faults.append(error.what)
            continue
        if policy.id in found:
            faults.append(f"The policy {path} has the id {policy.id}, as another file in its folder has.")
        found[policy.id] = policy
    return found, faults


def _in_words(error: ValidationError, raw: Mapping[str, Any]) -> str:
    lines = []
    for fault in error.errors():
        if fault["type"] == "too_short" and raw.get(str(fault["loc"][0])):
            continue  # what it counts are the parts without faults: each of the others is named
        what = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            what = "is not a known key"
        where = _place(fault["loc"], raw)
        lines.append(f"{where}: {what}" if where else what)
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"{count}: {'; '.join(lines)}."


def _place(loc: Sequence[int | str], raw: Mapping[str, Any]) -> str:
    """``rule 3 (luminance_max): limit`` for ``("rules", 2, "limit")``."""
    if len(loc) < 2 or not isinstance(loc[1], int):
        return ".".join(str(part) for part in loc)
    kind = {"rules": "rule", "tasks": "task"}.get(str(loc[0]), str(loc[0]))
    part = raw[str(loc[0])][loc[1]]
    name = (part.get("metric") or part.get("check")) if isinstance(part, dict) else None
    head = f"{kind} {loc[1] + 1}" + (f" ({name})" if name else "")
    return ": ".join([head, ".".join(str(each) for each in loc[2:])]) if len(loc) > 2 else head


def _faults_of_role(policy: Policy, role: str) -> list[str]:
    """A metric ruled twice, a rule that no task ever measures often enough, the same check due twice."""
    rules, tasks = policy.rules_for(role), policy.tasks_for(role)
    faults = [f"rules: {name} has two rules for {role}" for name in _twice([rule.metric for rule in rules])]
    faults += [f"tasks: {name} is due twice for {role}" for name in _twice([task.check for task in tasks])]
    if not any(rule.limit is not None for rule in rules):
        faults.append(f"rules: there is no limit for {role}")
    words = {task.every for task in tasks}
    faults += [
        f"rules: {rule.metric} for {role} is wanted {rule.frequency}, but no task is"
        for rule in rules
        if rule.frequency not in words
    ]
    return faults


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
