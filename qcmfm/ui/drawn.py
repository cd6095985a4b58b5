"""SVG on a page: Streamlit's own HTML element leaves it out."""

from typing import Any

import streamlit as st

_CSS = """
.drawn { color: var(--st-text-color); font-family: var(--st-font), sans-serif; }
"""

_JS = """
export default function ({ parentElement, data }) {
  parentElement.querySelector('.drawn').innerHTML = data.html;
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    from streamlit.components import v2

    return v2.component("qcmfm_drawn", html="<div class='drawn'></div>", css=_CSS, js=_JS)


def show_drawn(html: str, key: str) -> None:
    """Put a picture of `pictures` on the page.

    Args:
        html: Made of numbers and escaped words alone, since the browser takes it as it is.
        key: Tells the pictures of a page apart.
    """
    _component()(data={"html": html}, key=key)
