"""Who has which role: a file in the workspace, read anew when it changes.

`access.json`, all of it optional::

    {
      "people": {"anna@museum.example": "curator"},
      "claim": "realm_access.roles",
      "claims": {"museum-staff": "annotator"},
      "signed_in": "",
      "signed_out": ""
    }

`claim` is where the sign-in's own token tells groups or roles; `claims` says which role each is.
`signed_in` is the role of those who are named nowhere, `signed_out` of those who did not sign in;
both are none by default.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from qcmfm.access._roles import Actor, Role, folder_of
from qcmfm.core import settings
from qcmfm.core.errors import AccessError
from qcmfm.core.messages import msg


@dataclass(frozen=True)
class Policy:
    """Who has which role.

    Args:
        people: Role by e-mail address, in small letters.
        claim: Which claim of the sign-in tells roles; parts of a path apart by points.
        claims: Role by the value of that claim; by default the roles' own names.
        signed_in: Role of those who are not named.
        signed_out: Role of those who did not sign in.
    """

    people: Mapping[str, Role] = field(default_factory=dict)
    claim: str = ""
    claims: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in Role})
    signed_in: Role | None = None
    signed_out: Role | None = None

    def actor(self, user: Mapping[str, Any]) -> Actor:
        """Who signed in, with their role.

        Args:
            user: The claims of the sign-in. An address that is called unverified there is nobody's.
        """
        email = "" if user.get("email_verified") is False else str(user.get("email") or "")
        email = email.strip().casefold()
        subject = str(user.get("sub") or "")
        # A name is whatever its bearer likes, so it does not stand alone.
        who = email or f"{user.get('name') or 'Somebody'} ({subject or 'no id'})".replace("@", " ")
        named = [self.people[email]] if email in self.people else []
        named += [self.claims[value] for value in _values(user, self.claim) if value in self.claims]
        role = max(named, key=list(Role).index, default=self.signed_in)
        secret = "\0".join((str(user.get("iss") or ""), subject, email))
        return Actor(who[:200], role, folder_of(secret), signed_in=True)


def policy_file() -> Path:
    """Where the roles are written: `QCMFM_ACCESS`, else `access.json` in the workspace."""
    named = settings.value("QCMFM_ACCESS")
    return settings.expanded(named) if named else settings.home() / "access.json"


def read_policy() -> Policy:
    """Who has which role now; nobody has one where there is no file.

    Raises:
        AccessError: The file is damaged.
    """
    file = policy_file()
    try:
        found = file.stat()
        return _read(file, found.st_mtime_ns, found.st_size)
    except FileNotFoundError:
        return Policy()
    except OSError as error:
        raise AccessError(
            msg("{name} cannot be read: {strerror}.", name=file.name, strerror=error.strerror),
            _HINT,
        ) from error


_HINT = "Whoever runs this server mends it; until then nobody may do anything."


@lru_cache(maxsize=4)
def _read(file: Path, changed_ns: int, size: int) -> Policy:
    try:
        content = json.loads(file.read_text("utf-8"))
        known = {each.name for each in fields(Policy)}
        if not isinstance(content, dict) or set(content) - known:
            raise ValueError(f"it holds more than {', '.join(sorted(known))}")
        given: dict[str, Any] = dict(content)
        for name in ("people", "claims"):
            if name in given:
                given[name] = {str(key): Role(role) for key, role in given[name].items()}
        if "people" in given:
            given["people"] = {key.strip().casefold(): r for key, r in given["people"].items()}
        for name in ("signed_in", "signed_out"):
            if name in given:
                given[name] = Role(given[name]) if given[name] else None
        if not isinstance(given.get("claim", ""), str):
            raise ValueError("its claim is no text")
        return Policy(**given)
    except (ValueError, AttributeError, TypeError) as error:
        raise AccessError(
            msg("{name} is no list of roles: {error}.", name=file.name, error=error), _HINT
        ) from error


def _values(user: Mapping[str, Any], claim: str) -> list[str]:
    """The values of a claim, which may be one or many, and lie in others."""
    found: Any = user
    for part in [claim] if claim in user else claim.split("."):  # some claims are web addresses
        found = found.get(part) if isinstance(found, Mapping) else None
    if not claim or found is None:
        return []
    return [str(value) for value in found] if isinstance(found, list | tuple) else [str(found)]
