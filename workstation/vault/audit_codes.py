"""What the audit trail can say: our events as codes of DICOM PS3.16 CID 400 and 401, with PS3.15 A.5 actions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OWN_SCHEME = "99LIGHTBOX"


@dataclass(frozen=True)
class AuditMeaning:
    """How one of our events is written in the schema of PS3.15 A.5.

    ``action``: C create, R read, U update, D delete, E execute. ``type_code`` is empty where DICOM has none that
    fits; then our own event name stands there.
    """

    event_id: str
    event: str
    action: str
    type_code: str = ""
    type_meaning: str = ""


_APPLICATION_ACTIVITY = ("110100", "Application Activity")
_AUDIT_LOG_USED = ("110101", "Audit Log Used")
_INSTANCES_ACCESSED = ("110103", "DICOM Instances Accessed")
_EXPORT = ("110106", "Export")
_IMPORT = ("110107", "Import")
_PATIENT_RECORD = ("110110", "Patient Record")
_PROCEDURE_RECORD = ("110111", "Procedure Record")
_SECURITY_ALERT = ("110113", "Security Alert")
_USER_AUTHENTICATION = ("110114", "User Authentication")
_RESTRICTED_FUNCTION = ("110132", "Use of Restricted Function")


class AuditCode(Enum):
    """Everything that is written into the audit trail."""

    APPLICATION_START = "application-start"
    APPLICATION_STOP = "application-stop"
    USER_AUTHENTICATION = "user-authentication"
    USER_LOGOUT = "user-logout"
    AUDIT_LOG_USED = "audit-log-used"
    STUDY_OPENED = "study-opened"
    INSTANCE_QUARANTINED = "instance-quarantined"
    ITEM_CLAIMED = "item-claimed"
    ITEM_RETURNED = "item-returned"
    ITEM_COMPLETED = "item-completed"
    REPORT_SIGNED = "report-signed"
    REPORT_DELIVERED = "report-delivered"
    REPORT_REFUSED = "report-refused"
    IDENTITY_DIFFERENCE_ACCEPTED = "identity-difference-accepted"
    DISPLAY_OVERRIDE = "display-override"
    SIGNING_OVERRIDE = "signing-override"
    TRAIL_DAMAGED = "trail-damaged"

    @property
    def meaning(self) -> AuditMeaning:
        """The event in the words of the standard."""
        return _MEANINGS[self]


_MEANINGS = {
    AuditCode.APPLICATION_START: AuditMeaning(*_APPLICATION_ACTIVITY, "E", "110120", "Application Start"),
    AuditCode.APPLICATION_STOP: AuditMeaning(*_APPLICATION_ACTIVITY, "E", "110121", "Application Stop"),
    AuditCode.USER_AUTHENTICATION: AuditMeaning(*_USER_AUTHENTICATION, "E", "110122", "Login"),
    AuditCode.USER_LOGOUT: AuditMeaning(*_USER_AUTHENTICATION, "E", "110123", "Logout"),
    AuditCode.AUDIT_LOG_USED: AuditMeaning(*_AUDIT_LOG_USED, "R"),
    AuditCode.STUDY_OPENED: AuditMeaning(*_INSTANCES_ACCESSED, "R"),
    AuditCode.INSTANCE_QUARANTINED: AuditMeaning(*_IMPORT, "C"),
    AuditCode.ITEM_CLAIMED: AuditMeaning(*_PROCEDURE_RECORD, "U"),
    AuditCode.ITEM_RETURNED: AuditMeaning(*_PROCEDURE_RECORD, "U"),
    AuditCode.ITEM_COMPLETED: AuditMeaning(*_PROCEDURE_RECORD, "U"),
    AuditCode.REPORT_SIGNED: AuditMeaning(*_PROCEDURE_RECORD, "C"),
    AuditCode.REPORT_DELIVERED: AuditMeaning(*_EXPORT, "R"),
    AuditCode.REPORT_REFUSED: AuditMeaning(*_EXPORT, "R"),
    AuditCode.IDENTITY_DIFFERENCE_ACCEPTED: AuditMeaning(*_PATIENT_RECORD, "R"),
    AuditCode.DISPLAY_OVERRIDE: AuditMeaning(*_SECURITY_ALERT, "E", *_RESTRICTED_FUNCTION),
    AuditCode.SIGNING_OVERRIDE: AuditMeaning(*_SECURITY_ALERT, "E", *_RESTRICTED_FUNCTION),
    AuditCode.TRAIL_DAMAGED: AuditMeaning(*_SECURITY_ALERT, "E"),
}
