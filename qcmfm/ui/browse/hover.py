"""The photo and caption of what the pointer rests on, and what it clicks.

Plotly shows no pictures, and Streamlit reports no click while the lasso is active.
"""

import base64
from collections.abc import Callable

import streamlit as st

from qcmfm.ui.shared.component import component


@st.fragment
def show_hovered(plot: str, picture: Callable[[str], bytes | None]) -> None:
    """Show the photo of what the pointer rests on in a plot; what it clicks is in `clicked`.

    A fragment, so that only the photo that is needed is sent.

    Args:
        plot: Key of the plot; the custom data of its points are an id and a description.
        picture: The JPEG of an id; None where there is none.
    """
    key = f"{plot}-hovered"
    wanted = dict(st.session_state.get(key) or {}).get("hovered") or ""
    found = picture(wanted) if wanted else None
    photo = f"data:image/jpeg;base64,{base64.b64encode(found).decode()}" if found else ""
    data = {"plot": plot, "id": wanted, "photo": photo}
    result = component("hovering", "hovering")(
        data=data, key=key, on_hovered_change=lambda: None, on_clicked_change=lambda: None
    )
    if getattr(result, "clicked", None):
        st.session_state[f"{plot}-clicked"] = result.clicked
        st.rerun()


def clicked(plot: str) -> list[str]:
    """The id of the point that was clicked last in a plot; empty where none was."""
    found = st.session_state.get(f"{plot}-clicked")
    return [found] if found else []
