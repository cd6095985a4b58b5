"""Who may do what: roles, who acts now, the check at the door of every verb, the audit log."""

from qcmfm.access._actor import acting_as, actor, ask
from qcmfm.access._audit import audit_file, keep, read_audit
from qcmfm.access._policy import Policy, policy_file, read_policy
from qcmfm.access._requires import permission_of, require, requires
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
    "requires",
    "this_computer",
    "why_not",
]
