"""Who uses a page: by the sign-in where one is set up, else the person at this computer."""

import contextlib
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from qcmfm.access import (
    Actor,
    Permission,
    actor,
    folder_of,
    may,
    read_policy,
    refusal,
    this_computer,
)
from qcmfm.core.errors import QcmfmError
from qcmfm.observability import logs
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _

STRANGER = Actor("nobody", None, "nobody")
FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Host")
"""What a proxy adds; behind one, everybody seems to sit at this computer."""


def current_actor() -> Actor:
    """Who the page is drawn for; the service checks the permission of this person.

    Raises:
        AccessError: The list of roles is damaged.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:  # no page: a thread of the server's own, or no server at all
        return STRANGER if runtime.exists() else this_computer()
    if is_set_up():
        user: dict[str, Any] = dict(st.user.to_dict())
        if user.get("is_logged_in"):
            return read_policy().actor(user)
        role = read_policy().signed_out_role(can_sign_in=True)
        return Actor("not signed in", role, folder_of(context.session_id))
    who, policy = str(st.session_state.get("reviewer") or "not signed in"), read_policy()
    here = is_at_this_computer()
    role = (policy.this_computer or None) if here else policy.signed_out_role(can_sign_in=False)
    return Actor(who, role, folder_of(context.session_id))


def log_fields() -> dict[str, str]:
    """Who is served, as the log has it: who signed in, and a mark that their session's lines share.

    The session's id is a secret, and the folder of its uploads is not logged either.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return {}
    user: dict[str, Any] = dict(context.user_info)
    person = ""
    if user.get("is_logged_in"):
        with contextlib.suppress(QcmfmError):  # a damaged list of roles, of which pages tell
            person = read_policy().actor(user).who
    return {"person": person, "session": logs.session_mark(context.session_id)}


def is_set_up() -> bool:
    """Whether people sign in: Streamlit's secrets have `[auth]`."""
    return "is_logged_in" in st.user.to_dict()


def is_shown(permission: Permission) -> bool:
    """Whether the menu shows what is only for those who may do something."""
    try:
        return is_allowed(permission)
    except QcmfmError:  # `require_role` shows it
        return False


def require_role() -> None:
    """Say who is signed in, and stop visitors without a role."""
    try:
        who = actor()
    except QcmfmError as error:
        st.error(f"{_(error.message)}  \n{_(error.hint)}", icon=":material/lock:")
        st.stop()
    if who.signed_in:
        with st.sidebar:
            st.text(f"{who.who}\n{_(who.role) if who.role else _('no role')}")
            st.button(_("Sign out"), type="tertiary", on_click=st.logout)
    elif is_set_up() and who.role:
        with st.sidebar:
            st.button(_("Sign in"), on_click=st.login)
    if who.role is None:
        _turn_away(who)


def is_allowed(permission: Permission) -> bool:
    """Whether the visitor may do something."""
    return may(actor(), permission)


def permission_options(
    permission: Permission, disabled: bool = False, help: str | None = None
) -> Any:
    """Arguments of a button that works for those who may press it, and says to others why not.

    Args:
        permission: What it needs.
        disabled: Whether it cannot be pressed for another reason.
        help: What it says otherwise.
    """
    reason = refusal(actor(), permission)
    return {"disabled": disabled or bool(reason), "help": _(reason) or help}


def show_refusal(permission: Permission) -> bool:
    """Say why the visitor may not do something; whether that is so."""
    reason = refusal(actor(), permission)
    if reason:
        st.info(_(reason), icon=":material/lock:")
    return bool(reason)


def _turn_away(who: Actor) -> None:
    st.title("QCMFM Studio")
    if who.signed_in:
        st.info(
            _(
                "You are signed in as {who}, and have no role here yet. Ask whoever runs "
                "this server to give you one."
            ).format(who=plain(who.who)),
            icon=":material/lock:",
        )
    elif not is_set_up():
        st.info(_("You have no role here. Ask whoever runs this server."), icon=":material/lock:")
    else:
        st.markdown(_("Sign in to look through the collections and to review them."))
        st.button(_("Sign in"), type="primary", icon=":material/login:", on_click=st.login)
    st.stop()


def is_at_this_computer() -> bool:
    """Whether the visitor's browser runs on this computer."""
    headers = st.context.headers
    return st.context.ip_address is None and not any(name in headers for name in FORWARDED)
