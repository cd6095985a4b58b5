"""Roles and permissions, the current actor, permission checks of operations, and the audit log."""

from qcmfm.access._actor import acting_as, actor, ask_for_actor
from qcmfm.access._audit import audit_file, read_audit, write_audit
from qcmfm.access._policy import Policy, comparable_email, policy_file, read_policy
from qcmfm.access._requires import inherited_require, permission_of, require, requires
from qcmfm.access._roles import (
    ALLOWED,
    Actor,
    Permission,
    Role,
    folder_of,
    in_words,
    least_role,
    may,
    refusal,
    this_computer,
)

__all__ = [
    "ALLOWED",
    "Actor",
    "Permission",
    "Policy",
    "Role",
    "acting_as",
    "actor",
    "ask_for_actor",
    "audit_file",
    "comparable_email",
    "folder_of",
    "in_words",
    "inherited_require",
    "least_role",
    "may",
    "permission_of",
    "policy_file",
    "read_audit",
    "read_policy",
    "refusal",
    "require",
    "requires",
    "this_computer",
    "write_audit",
]
