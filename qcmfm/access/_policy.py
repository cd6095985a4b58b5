"""The policy file, which assigns roles to people. It is read again whenever it changes.

`access.json` in the workspace; every key is optional::

    {
      "people": {"anna@museum.example": "curator"},
      "claim": "realm_access.roles",
      "claims": {"museum-staff": "annotator"},
      "signed_in": "",
      "signed_out": "",
      "this_computer": "admin",
      "require_verified_email": false
    }

`claim` names the claim of the sign-in token that lists groups or roles, and `claims` maps its
values to roles. `signed_in` is the role of signed-in people without an entry, by default none.
`signed_out` is the role of people who did not sign in: by default none where people can sign in,
and viewer where nobody can. `this_computer` is the role of whoever uses a browser on the server's
own computer where nobody can sign in. An empty role shuts people out. `require_verified_email`
ignores addresses of which the sign-in token does not say that they were verified.
"""

import json
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from qcmfm.access._roles import Actor, Role, folder_of
from qcmfm.core import settings
from qcmfm.core.errors import AccessError
from qcmfm.core.messages import msg


@dataclass(frozen=True)
class Policy:
    """The roles of people.

    Args:
        people: Role by e-mail address, as `comparable_email` returns it.
        claim: Claim of the sign-in token that lists roles; a nested one as a dotted path.
        claims: Role by value of that claim; by default each role by its own name.
        signed_in: Role of signed-in people whom neither `people` nor `claims` mentions.
        signed_out: Role of people who did not sign in; `""` for none, None if the file names none.
        this_computer: Role of whoever uses a browser on the server's computer where nobody can sign
            in; `""` for none.
        require_verified_email: Whether an address counts only if the token says it was verified.
    """

    people: Mapping[str, Role] = field(default_factory=dict)
    claim: str = ""
    claims: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in Role})
    signed_in: Role | None = None
    signed_out: Role | Literal[""] | None = None
    this_computer: Role | Literal[""] = Role.ADMIN
    require_verified_email: bool = False

    def signed_out_role(self, can_sign_in: bool) -> Role | None:
        """The role of somebody who did not sign in.

        Args:
            can_sign_in: Whether a sign-in is set up; without one, people may look by default.
        """
        if self.signed_out is None:
            return None if can_sign_in else Role.VIEWER
        return self.signed_out or None

    def actor(self, user: Mapping[str, Any]) -> Actor:
        """The person who signed in, with the highest role that applies.

        Args:
            user: Claims of the sign-in token. An e-mail address that was not verified, or that
                contains look-alike characters, is ignored.
        """
        email = comparable_email(str(user.get("email") or "")) if self._is_verified(user) else ""
        subject = str(user.get("sub") or "")
        # People choose their display names freely, so the subject id is added to it.
        who = email or f"{user.get('name') or 'Somebody'} ({subject or 'no id'})".replace("@", " ")
        roles = [self.people[email]] if email in self.people else []
        roles += [self.claims[value] for value in _values(user, self.claim) if value in self.claims]
        role = max(roles, key=list(Role).index, default=self.signed_in)
        secret = "\0".join((str(user.get("iss") or ""), subject, email))
        return Actor(who[:200], role, folder_of(secret), signed_in=True)

    def _is_verified(self, user: Mapping[str, Any]) -> bool:
        """Whether the address counts; some issuers send the claim as text or a number."""
        claim = user.get("email_verified")
        if claim is None:
            return not self.require_verified_email
        return str(claim).strip().lower() in ("true", "1")


def comparable_email(email: str) -> str:
    """An e-mail address in the form in which addresses are compared; empty if it is not usable.

    Only ASCII letters are lower-cased, since lower-casing others can make two addresses equal.
    Composed and decomposed accents are equal. An address that NFKC changes beyond that contains a
    look-alike, such as U+017F for s or a full-width letter, and is nobody's.
    """
    composed = unicodedata.normalize("NFC", email.strip())
    if unicodedata.normalize("NFKC", composed) != composed:
        return ""
    return composed.translate(_ASCII_LOWER)


def policy_file() -> Path:
    """Path of the policy file: `QCMFM_ACCESS`, else `access.json` in the workspace."""
    path = settings.value("QCMFM_ACCESS")
    return settings.expanded(path) if path else settings.home() / "access.json"


def read_policy() -> Policy:
    """Read the current policy; without a file nobody has a role.

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


_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_HINT = "Whoever runs this server mends it; until then nobody may do anything."


@lru_cache(maxsize=4)
def _read(file: Path, changed_ns: int, size: int) -> Policy:
    try:
        content = json.loads(file.read_text("utf-8"))
        known = {each.name for each in fields(Policy)}
        if not isinstance(content, dict) or set(content) - known:
            raise ValueError(f"it holds more than {', '.join(sorted(known))}")
        return _policy(content)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise AccessError(
            msg("{name} is no list of roles: {error}.", name=file.name, error=error), _HINT
        ) from error


def _policy(content: Mapping[str, Any]) -> Policy:
    """The policy of a file.

    Raises:
        ValueError, AttributeError, TypeError: A value is not what its key needs.
    """
    values: dict[str, Any] = dict(content)
    for name in ("people", "claims"):
        if name in values:
            values[name] = {str(key): Role(role) for key, role in values[name].items()}
    if "people" in values:
        values["people"] = {_email_key(key): role for key, role in values["people"].items()}
    if "signed_in" in values:
        values["signed_in"] = Role(values["signed_in"]) if values["signed_in"] else None
    for name in ("signed_out", "this_computer"):
        if name in values:  # `null` shuts people out, too, rather than give them the default.
            values[name] = Role(values[name]) if values[name] else ""
    if not isinstance(values.get("claim", ""), str):
        raise ValueError("its claim is no text")
    if not isinstance(values.get("require_verified_email", False), bool):
        raise ValueError("its require_verified_email is neither true nor false")
    return Policy(**values)


def _email_key(email: str) -> str:
    comparable = comparable_email(email)
    if not comparable:
        raise ValueError(f"{email!r} contains characters that look like others")
    return comparable


def _values(user: Mapping[str, Any], claim: str) -> list[str]:
    """The values of a claim: one or a list of them, possibly nested in other claims."""
    found: Any = user
    # Names of claims that are web addresses contain dots and are no path.
    for part in [claim] if claim in user else claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if not claim or found is None:
        return []
    return [str(value) for value in found] if isinstance(found, list | tuple) else [str(found)]
