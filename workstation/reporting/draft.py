"""A report while it is being written: a value that changes by making a new one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workstation.reporting.emphasis import Spans, cleaned, followed_to, normal, with_spans
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.template import Template
from workstation.reporting.text import clean_text

SCHEMA = "draft/1"


@dataclass(frozen=True)
class Draft:
    """Text of an unsigned report. ``fields`` maps field id to text and stays out of ``repr``; times are aware.

    ``dictated`` is what dictation keeps of the draft (which text was dictated, what waits to be confirmed): a JSON
    value that is nobody else's business, None where nothing was dictated. It goes into no report.

    ``emphasis`` maps the id of each field that has bold text to its spans, in the form of `emphasis.normal`.
    """

    case_key: str = field(repr=False)
    report_id: str
    version: int
    template_id: str
    fields: Mapping[str, str] = field(repr=False)
    created: datetime
    updated: datetime
    dictated: Any = field(default=None, repr=False)
    emphasis: Mapping[str, Spans] = field(default_factory=dict, repr=False)

    @classmethod
    def from_template(
        cls, template: Template, *, case_key: str, now: datetime, report_id: str = "", version: int = 1
    ) -> Draft:
        """A fresh draft with the template's defaults. ``report_id`` is a new UUID when it is not given."""
        return cls(
            case_key=case_key,
            report_id=report_id or str(uuid.uuid4()),
            version=version,
            template_id=template.id,
            fields={each.id: each.default for each in template.fields},
            created=now,
            updated=now,
        )

    def with_field(
        self, field_id: str, text: str, now: datetime, emphasis: Iterable[Sequence[int]] | None = None
    ) -> Draft:
        """This draft with one field replaced; control characters that no report can carry are left out.

        Parameters
        ----------
        emphasis
            What of ``text`` is bold; None: what was bold stays so as far as it stays.
        """
        new = clean_text(text)
        if emphasis is None:
            spans = followed_to(self.emphasis.get(field_id, ()), self.fields.get(field_id, ""), new)
        else:
            spans = cleaned(text, emphasis)
        fields = {**self.fields, field_id: new}
        return replace(self, fields=fields, emphasis=with_spans(self.emphasis, field_id, spans), updated=now)

    def with_dictated(self, dictated: Any) -> Draft:
        """This draft with what dictation keeps of it."""
        return replace(self, dictated=dictated)

    def to_json(self) -> dict[str, Any]:
        """The draft as JSON values."""
        body = {
            "schema": SCHEMA,
            "case_key": self.case_key,
            "report_id": self.report_id,
            "version": self.version,
            "template_id": self.template_id,
            "fields": dict(self.fields),
            "created": self.created.isoformat(),
            "updated": self.updated.isoformat(),
        }
        if self.dictated is not None:
            body["dictated"] = self.dictated
        if self.emphasis:
            body["emphasis"] = {key: [list(span) for span in spans] for key, spans in self.emphasis.items()}
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Draft:
        """Read what `to_json` wrote.

        Raises
        ------
        UnreadableReport
            When it is something else.
        """
        try:
            if body["schema"] != SCHEMA:
                raise ValueError("schema")
            fields = {str(key): str(text) for key, text in body["fields"].items()}
            return cls(
                case_key=str(body["case_key"]),
                report_id=str(body["report_id"]),
                version=int(body["version"]),
                template_id=str(body["template_id"]),
                fields=fields,
                created=datetime.fromisoformat(body["created"]),
                updated=datetime.fromisoformat(body["updated"]),
                dictated=body.get("dictated"),
                emphasis=_emphasis_from(body.get("emphasis", {}), fields),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableReport("A stored draft is not in a form this program knows.") from error


def _emphasis_from(body: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Spans]:
    """Spans of the fields there are, cut to their texts."""
    found = {
        str(key): normal(fields[key], [(int(start), int(end)) for start, end in spans])
        for key, spans in body.items()
        if key in fields
    }
    return {key: spans for key, spans in found.items() if spans}
