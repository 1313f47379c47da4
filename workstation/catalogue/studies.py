"""Studies: the ones to be read, and their priors."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.catalogue.connection import Connection, Row, texts_from_json, to_json
from workstation.catalogue.database import Database
from workstation.dicom.patient import PatientIdentity

SCHEMA_1 = (
    """
    CREATE TABLE studies (
        study_uid          TEXT PRIMARY KEY,
        patient_id         TEXT NOT NULL,
        issuer             TEXT NOT NULL,
        patient_name       TEXT NOT NULL,
        birth_date         TEXT NOT NULL,
        sex                TEXT NOT NULL,
        accession          TEXT NOT NULL,
        study_date         TEXT NOT NULL,
        study_time         TEXT NOT NULL,
        description        TEXT NOT NULL,
        modalities         TEXT NOT NULL,
        body_part          TEXT NOT NULL,
        is_prior_for       TEXT NOT NULL,
        instances_expected INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX studies_by_patient ON studies (patient_id)",
)


@dataclass(frozen=True)
class StudyRecord:
    """One study as the site describes it.

    ``study_date`` is YYYYMMDD and ``study_time`` HHMMSS as in DICOM, empty when unknown; ``is_prior_for`` names the
    studies it was fetched for; ``instances_expected`` is None until the site has listed them.
    """

    study_uid: str = field(repr=False)
    patient: PatientIdentity
    accession: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    study_time: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    modalities: tuple[str, ...] = ()
    body_part: str = ""
    is_prior_for: tuple[str, ...] = field(default=(), repr=False)
    instances_expected: int | None = None


class Studies:
    """The studies of one data folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, study: StudyRecord) -> None:
        """Keep a study, in place of what was known of it."""
        self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO studies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _columns(study)
            )
        )

    def get(self, study_uid: str) -> StudyRecord | None:
        """One study; None when it is not known."""
        row = self._database.read(
            lambda connection: connection.execute("SELECT * FROM studies WHERE study_uid = ?", (study_uid,)).fetchone()
        )
        return None if row is None else _study(row)

    def all(self) -> list[StudyRecord]:
        """Every study, newest first."""
        return self._select("")

    def for_patient(self, patient: PatientIdentity) -> list[StudyRecord]:
        """Studies with the same Patient ID whose issuer is the same, or unknown on one side; newest first.

        These are candidates: whether two records are of one person is for `compare_patients` to say.
        """
        return self._select(
            "WHERE patient_id = ? AND (issuer = ? OR issuer = '' OR ? = '')",
            patient.patient_id,
            patient.issuer,
            patient.issuer,
        )

    def _select(self, condition: str, *values: str) -> list[StudyRecord]:
        order = "ORDER BY study_date DESC, study_time DESC, study_uid"

        def select(connection: Connection) -> list[Row]:
            return connection.execute(f"SELECT * FROM studies {condition} {order}", values).fetchall()  # noqa: S608

        return [_study(row) for row in self._database.read(select)]


def _columns(study: StudyRecord) -> tuple[str | int | None, ...]:
    return (
        study.study_uid,
        study.patient.patient_id,
        study.patient.issuer,
        study.patient.name,
        study.patient.birth_date,
        study.patient.sex,
        study.accession,
        study.study_date,
        study.study_time,
        study.description,
        to_json(study.modalities),
        study.body_part,
        to_json(study.is_prior_for),
        study.instances_expected,
    )


def _study(row: Row) -> StudyRecord:
    return StudyRecord(
        study_uid=row["study_uid"],
        patient=PatientIdentity(
            patient_id=row["patient_id"],
            issuer=row["issuer"],
            name=row["patient_name"],
            birth_date=row["birth_date"],
            sex=row["sex"],
        ),
        accession=row["accession"],
        study_date=row["study_date"],
        study_time=row["study_time"],
        description=row["description"],
        modalities=texts_from_json(row["modalities"]),
        body_part=row["body_part"],
        is_prior_for=texts_from_json(row["is_prior_for"]),
        instances_expected=row["instances_expected"],
    )
