"""How the pieces of a page are arranged."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_WRAP = """
{place} [data-testid=stHorizontalBlock] {{ flex-wrap: wrap; }}
{place} [data-testid=stColumn] {{ min-width: min({least}px, 100%); }}
{place} [data-testid=stColumn] [data-testid=stColumn] {{ min-width: 0; }}
"""


def wrapping_container(name: str, least: int = 220) -> DeltaGenerator:
    """A container whose columns go below each other where the window is narrow, as on a tablet.

    Streamlit itself would squeeze them until it is as narrow as a phone.

    Args:
        name: Of the container, unique on the page.
        least: Pixels that a column has at least, where the window has as many.
    """
    st.html(f"<style>{_WRAP.format(place=f'.st-key-wrap-{name}', least=least)}</style>")
    return st.container(key=f"wrap-{name}")
