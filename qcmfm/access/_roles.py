"""Roles, the permissions of each role, and actors."""

import getpass
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from qcmfm.core.messages import N_, msg


class Permission(StrEnum):
    """Permissions that operations of the service need."""

    LOOK = "look"
    ADD = "add"
    PREPARE = "prepare"
    DECIDE = "decide"
    BULK = "bulk-decide"
    IMPORT = "import"
    RETRAIN = "retrain"
    ADOPT = "adopt"
    EXPORT = "export"
    MANAGE = "manage"


class Role(StrEnum):
    """Roles, in ascending order; each has the permissions of those before it."""

    VIEWER = "viewer"
    ANNOTATOR = "annotator"
    CURATOR = "curator"
    ADMIN = "admin"


_ALSO = {
    Role.VIEWER: {Permission.LOOK},
    Role.ANNOTATOR: {Permission.ADD, Permission.PREPARE, Permission.DECIDE},
    Role.CURATOR: {
        Permission.BULK, Permission.IMPORT, Permission.RETRAIN, Permission.ADOPT, Permission.EXPORT,
    },
    Role.ADMIN: {Permission.MANAGE},
}  # fmt: skip
"""Permissions of a role beyond those of the roles before it."""

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_ALSO[other] for other in list(Role)[: place + 1]))
    for place, role in enumerate(Role)
}
"""All permissions of each role."""

_DESCRIPTIONS = {
    Permission.LOOK: N_("Looking at what is here"),
    Permission.ADD: N_("Keeping photos and settings here"),
    Permission.PREPARE: N_("Letting a model look at a whole collection"),
    Permission.DECIDE: N_("Deciding on records"),
    Permission.BULK: N_("Deciding on many records at once"),
    Permission.IMPORT: N_("Importing"),
    Permission.RETRAIN: N_("Training a model"),
    Permission.ADOPT: N_("Adopting a model"),
    Permission.EXPORT: N_("Taking a reviewed collection away"),
    Permission.MANAGE: N_("Looking after the workspace"),
}


@dataclass(frozen=True)
class Actor:
    """A person on whose behalf operations run.

    Args:
        who: Name in the audit log and, for signed-in people, in the review log.
        role: Role of the person; None for somebody without any permission.
        session: Folder name under which private data, such as uploads, is stored.
        signed_in: Whether the name comes from a sign-in rather than from the person.
    """

    who: str
    role: Role | None
    session: str = "local"
    signed_in: bool = False

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Actor":
        """The actor that `to_json` described."""
        role = content.get("role")
        return cls(
            str(content.get("who", "")),
            Role(role) if role else None,
            str(content.get("session", "local")),
            bool(content.get("signed_in")),
        )


def may(actor: Actor, permission: Permission) -> bool:
    """Whether an actor has a permission."""
    return actor.role is not None and permission in ALLOWED[actor.role]


def in_words(permission: Permission) -> str:
    """What a permission allows, as the start of a sentence."""
    return _DESCRIPTIONS[permission]


def least_role(permission: Permission) -> Role:
    """The lowest role that has a permission."""
    return next(role for role in Role if permission in ALLOWED[role])


def refusal(actor: Actor, permission: Permission) -> str:
    """The sentence that says why an actor lacks a permission; empty if they have it."""
    if may(actor, permission):
        return ""
    needed = least_role(permission)
    what = msg(_DESCRIPTIONS[permission])
    if not actor.role:
        return msg(
            "{what} needs the role {needed}; you have no role here.", what=what, needed=needed
        )
    now = _a(actor.role)
    return msg("{what} needs the role {needed}; you are {now}.", what=what, needed=needed, now=now)


def this_computer(who: str = "") -> Actor:
    """The user of this computer, an administrator since they can read its files anyway.

    Args:
        who: Name to use; by default that of the operating system's user.
    """
    try:
        name = who or getpass.getuser()
    except (OSError, KeyError, ImportError):  # A container's user may have no name.
        name = "this computer"
    return Actor(name, Role.ADMIN)


def folder_of(secret: str) -> str:
    """Folder name for the private data of a person.

    Args:
        secret: Text that is unique to the person: a session's random id, or the signed-in identity.
    """
    return hashlib.sha256(secret.encode()).hexdigest()[:24]


def _a(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
