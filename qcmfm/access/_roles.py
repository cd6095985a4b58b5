"""Roles, what each may do, and who somebody is."""

import getpass
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from qcmfm.core.messages import N_, msg


class Permission(StrEnum):
    """What a verb of the service needs."""

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
    """What somebody is here, the least first."""

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
"""What a role may do beyond those before it."""

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_ALSO[other] for other in list(Role)[: place + 1]))
    for place, role in enumerate(Role)
}
"""All that a role may do."""

_TOLD = {
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
    """Who does something.

    Args:
        who: As the audit log and, where they signed in, the review log have it.
        role: None for somebody who may do nothing here.
        session: What is theirs alone, such as an upload, is kept under this; a name of a folder.
        signed_in: Whether a sign-in says who they are; else they say it themselves.
    """

    who: str
    role: Role | None
    session: str = "local"
    signed_in: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Actor":
        """What `to_json` gave."""
        role = content.get("role")
        return cls(
            str(content.get("who", "")),
            Role(role) if role else None,
            str(content.get("session", "local")),
            bool(content.get("signed_in")),
        )


def may(actor: Actor, permission: Permission) -> bool:
    """Whether somebody may do something."""
    return actor.role is not None and permission in ALLOWED[actor.role]


def in_words(permission: Permission) -> str:
    """What a permission allows."""
    return _TOLD[permission]


def least_role(permission: Permission) -> Role:
    """The least of the roles that may do something."""
    return next(role for role in Role if permission in ALLOWED[role])


def refusal(actor: Actor, permission: Permission) -> str:
    """Why somebody may not do something, in a sentence; empty where they may."""
    if may(actor, permission):
        return ""
    needed = least_role(permission)
    what = msg(_TOLD[permission])
    if not actor.role:
        return msg(
            "{what} needs the role {needed}; you have no role here.", what=what, needed=needed
        )
    now = _a(actor.role)
    return msg("{what} needs the role {needed}; you are {now}.", what=what, needed=needed, now=now)


def this_computer(who: str = "") -> Actor:
    """Whoever sits at this computer and may read its files anyway."""
    try:
        name = who or getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        name = "this computer"
    return Actor(name, Role.ADMIN)


def folder_of(secret: str) -> str:
    """The name of the folder of what is somebody's alone.

    Args:
        secret: What nobody else's is: a session's random id, or who signed in.
    """
    return hashlib.sha256(secret.encode()).hexdigest()[:24]


def _a(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
