"""What Streamlit's controls need to stand evenly beside each other, on every page."""

import streamlit as st

# Streamlit makes these 2 rem high and all other controls 2.5: in a row their labels and edges did
# not meet, and on a tablet they are small for a finger.
_EVEN = "[data-testid^=stBaseButton-segmented_control] { min-height: 2.5rem; }"


def even_controls() -> None:
    """Give the controls of a row one height."""
    st.html(f"<style>{_EVEN}</style>")
