"""What runs in the browser: HTML, style sheets and JavaScript, each in a file in `browser/`."""

from typing import Any

import streamlit as st

from qcmfm.core import settings

_FOLDER = settings.PACKAGE / "ui" / "browser"


def text_of(file: str) -> str:
    """One of these files."""
    return (_FOLDER / file).read_text("utf-8")


@st.cache_resource(show_spinner=False)
def component(name: str, *styles: str) -> Any:
    """A component made of the files `<name>.html` and `<name>.js`; one for all visitors.

    Args:
        name: Of the files.
        styles: Names of the style sheets that it needs.
    """
    from streamlit.components import v2

    return v2.component(
        f"qcmfm_{name}",
        html=text_of(f"{name}.html"),
        css="".join(text_of(f"{style}.css") for style in styles) or None,
        js=text_of(f"{name}.js"),
    )
