"""What Streamlit's controls need to stand evenly beside each other, on every page."""

import streamlit as st

# Streamlit makes segments 2 rem high and all other controls 2.5: in a row their labels and edges
# did not meet, and on a tablet they are small for a finger. Its colour for the chosen segment has a
# contrast of 3.8 in the dark theme; the frame and the ground say already which one is chosen. Its
# links to pages cut off what does not fit on one line.
_EVEN = """
button[data-variant=segmented_control] { min-height: 2.5rem; }
button[data-variant=segmented_control][data-selected=true] { color: inherit !important; }
[data-testid=stPageLink-NavLink] * { white-space: normal; }
"""


def even_controls() -> None:
    """Give the controls of a row one height, and let all of their words be read."""
    st.html(f"<style>{_EVEN}</style>")
