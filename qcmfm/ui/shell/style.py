"""The few things of the look that Streamlit's theme cannot say, so that everybody can use a page.

Streamlit marks what has the focus by half of the theme's colour, writes what is chosen in a colour
that must also carry white letters, and animates for people who asked for no motion. Its
segments are 2 rem high beside controls of 2.5, so that labels and edges of a row do not meet and a
finger misses them; its links to pages cut off what does not fit on one line.
"""

import streamlit as st

FOCUS = "#b3741a"
"""Has a contrast of more than 3 with the white page and with the dark one (WCAG 1.4.11)."""

_STYLE = f"""
a:focus-visible, button:focus-visible, summary:focus-visible, main:focus-visible,
[role="tab"]:focus-visible, [role="tabpanel"]:focus-visible, label:has(input:focus-visible),
[data-testid="stSlider"] :has(> input[type="range"]:focus-visible) {{
  outline: 2px solid {FOCUS} !important;
  outline-offset: 2px;
}}
main:focus-visible, [data-testid="stSidebar"] a:focus-visible {{ outline-offset: -2px; }}
button[data-selected="true"] p, button[data-selected="true"] span,
[data-testid="stSliderThumbValue"] p {{
  color: light-dark(#6b4600, #e6b45c);
}}
button[data-variant="segmented_control"] {{ min-height: 2.5rem; }}
[data-testid="stPageLink-NavLink"] * {{ white-space: normal; }}
@media (prefers-reduced-motion: reduce) {{
  *, ::before, ::after {{
    animation-duration: 1ms !important;
    transition-duration: 1ms !important;
    scroll-behavior: auto !important;
  }}
}}
"""


def apply_style() -> None:
    """Style the page; takes no room on it."""
    st.html(f"<style>{_STYLE}</style>")
