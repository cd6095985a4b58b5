"""Who reviews: by the sign-in where there is one, else by a name that is entered once."""

import hashlib
import itertools
from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.access import Permission, actor, may
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _

_XSRF = "_streamlit_xsrf"


def reviewer() -> str:
    """The reviewer's name; asks for it, and stops the page, where nobody knows it yet."""
    who = actor()
    if who.signed_in or not may(who, Permission.DECIDE):
        return who.who
    name = st.session_state.get("reviewer") or _names().get(browser_mark(), "")
    if not name or st.session_state.get("other-reviewer"):
        _ask(name)
    st.session_state["reviewer"] = name
    return name


def name_field(place: DeltaGenerator) -> str:
    """A field for the visitor's name among other fields; the name may be empty.

    Args:
        place: Where the field goes.
    """
    who = actor()
    if who.signed_in:
        return who.who
    known = st.session_state.get("reviewer") or _names().get(browser_mark(), "")
    given = place.text_input(_("Your name"), known, max_chars=200, autocomplete="name")
    name = " ".join(given.split())
    if name:
        st.session_state["reviewer"] = name
        if browser := browser_mark():
            _names()[browser] = name
    return name


def show_reviewer(name: str) -> None:
    """Say who decides, and let somebody else take over."""
    who = actor()
    if not may(who, Permission.DECIDE):
        return
    if who.signed_in:
        st.caption(_("You decide as {name}.").format(name=plain(name)))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("You decide as {name}.").format(name=plain(name)), width="content")
        if st.button(_("Somebody else"), type="tertiary"):
            st.session_state["other-reviewer"] = True
            st.rerun()


def _ask(before: str) -> NoReturn:
    with st.form("who", width=480):
        given = st.text_input(_("Your name"), before, max_chars=200, autocomplete="name")
        st.caption(_("It stands beside every decision you take, for everybody to see."))
        sent = st.form_submit_button(_("Start"), type="primary")
    name = " ".join(given.split())
    if sent and not name:
        st.error(_("Write your name: a decision says who took it."), icon=":material/error:")
    if not (sent and name):
        st.stop()
    st.session_state["other-reviewer"] = False
    st.session_state["reviewer"] = name
    names, browser = _names(), browser_mark()
    if browser:
        names[browser] = name
    st.rerun()


def browser_mark() -> str:
    """A hash by which a browser is known again after a reload; empty where it has no such mark.

    The mark is the token that Streamlit gives every browser against forged requests. Its cookie,
    `2|mask|token|time`, has the token mixed with another mask at every visit.
    """
    try:
        _, mask, mixed, _ = st.context.cookies.get(_XSRF, "").split("|")
        masks = itertools.cycle(bytes.fromhex(mask))
        token = bytes(one ^ other for one, other in zip(bytes.fromhex(mixed), masks, strict=False))
    except ValueError:
        return ""
    return hashlib.sha256(token).hexdigest()


@st.cache_resource(show_spinner=False)
def _names() -> dict[str, str]:
    """The name last given in each browser, until the server ends."""
    return {}
