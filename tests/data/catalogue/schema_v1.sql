-- The catalogue's form 1, as it shipped. Never change this file.
CREATE TABLE work_items (
    uid             TEXT PRIMARY KEY,
    json            TEXT NOT NULL,
    claim           TEXT NOT NULL DEFAULT 'none',
    transaction_uid TEXT,
    claimed_by      TEXT NOT NULL DEFAULT '',
    return_reason   TEXT NOT NULL DEFAULT '',
    updated_at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
) STRICT, WITHOUT ROWID;

CREATE INDEX studies_by_patient ON studies (patient_id);

CREATE TABLE instances (
    sop_uid          TEXT PRIMARY KEY,
    study_uid        TEXT NOT NULL,
    series_uid       TEXT NOT NULL,
    sop_class        TEXT NOT NULL,
    instance_number  INTEGER,
    series_number    INTEGER,
    modality         TEXT NOT NULL,
    number_of_frames INTEGER NOT NULL,
    state            TEXT NOT NULL DEFAULT 'expected'
                     CHECK (state IN ('expected', 'received', 'quarantined', 'failed')),
    reason           TEXT NOT NULL DEFAULT '',
    size             INTEGER,
    sha256           TEXT NOT NULL DEFAULT '',
    transfer_syntax  TEXT NOT NULL DEFAULT '',
    received_at      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX instances_by_study ON instances (study_uid, state);

CREATE TABLE drafts (
    draft_key TEXT PRIMARY KEY,
    body      TEXT NOT NULL,
    saved_at  TEXT NOT NULL
) STRICT;

CREATE TABLE reports (
    report_id  TEXT NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    item_uids  TEXT NOT NULL,
    study_uids TEXT NOT NULL,
    canonical  BLOB NOT NULL,
    sha256     TEXT NOT NULL,
    signature  TEXT NOT NULL,
    signed_at  TEXT NOT NULL,
    author     TEXT NOT NULL,
    PRIMARY KEY (report_id, version)
) STRICT;

CREATE TABLE report_items (
    item_uid  TEXT NOT NULL,
    report_id TEXT NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (item_uid, report_id, version),
    FOREIGN KEY (report_id, version) REFERENCES reports (report_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reports_never_change BEFORE UPDATE ON reports
BEGIN SELECT RAISE(ABORT, 'a signed report never changes'); END;

CREATE TRIGGER reports_never_go BEFORE DELETE ON reports
BEGIN SELECT RAISE(ABORT, 'a signed report never goes'); END;

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    report_id    TEXT NOT NULL,
    version      INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('SR', 'PDF', 'ORU', 'UPS')),
    target_uid   TEXT NOT NULL,
    content_type TEXT NOT NULL,
    accession    TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'queued'
                 CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_try     TEXT,
    proof        TEXT NOT NULL DEFAULT '',
    error        TEXT NOT NULL DEFAULT '',
    sha256       TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    payload      BLOB NOT NULL,
    UNIQUE (report_id, version, kind, target_uid),
    FOREIGN KEY (report_id, version) REFERENCES reports (report_id, version)
) STRICT;

CREATE TABLE notes (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
