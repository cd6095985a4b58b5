"""Who may do what: roles, who acts now, the check at the door of every verb, the audit log."""

from qcmfm.access._acting import acting_as, actor, ask
from qcmfm.access._audit import audit_file, keep, read_audit
from qcmfm.access._doors import door, permission_of, require
from qcmfm.access._policy import Policy, policy_file, read_policy
from qcmfm.access._roles import (
    ALLOWED,
    Actor,
    Permission,
    Role,
    folder_of,
    in_words,
    least_role,
    may,
    this_computer,
    why_not,
)

__all__ = [
    "ALLOWED",
    "Actor",
    "Permission",
    "Policy",
    "Role",
    "acting_as",
    "actor",
    "ask",
    "audit_file",
    "door",
    "folder_of",
    "in_words",
    "keep",
    "least_role",
    "may",
    "permission_of",
    "policy_file",
    "read_audit",
    "read_policy",
    "require",
    "this_computer",
    "why_not",
]
