"""SVG on a page: Streamlit's own HTML element leaves it out."""

from qcmfm.ui.shared.component import component


def show_drawn(html: str, key: str) -> None:
    """Put a picture of `pictures` on the page.

    Args:
        html: Made of numbers and escaped words alone, since the browser takes it as it is.
        key: Of the picture, unique on the page.
    """
    component("drawn", "drawn")(data={"html": html}, key=key)
