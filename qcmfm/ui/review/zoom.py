"""A photo in full resolution, to zoom into and move about in."""

import base64
import html
import io
from pathlib import Path

import streamlit as st
from PIL import Image

from qcmfm.encoders.photo import read_photo
from qcmfm.ui.shared.component import text_of
from qcmfm.ui.shell.language import _

_HEIGHT = 640


def show_full(photo: Path, alt: str) -> None:
    """Show every pixel of a photo.

    Args:
        photo: The file.
        alt: What it shows, for people who cannot see it.

    Raises:
        PhotoError: The photo cannot be read.
    """
    st.dialog(_("Full resolution"), width="large")(_show)(read_photo(photo), alt)


def _show(image: Image.Image, alt: str) -> None:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    words = {
        "smaller": _("Smaller"),
        "larger": _("Larger"),
        "whole": _("Whole photo"),
        "every": _("Every pixel"),
        "moves": _("The photo; arrow keys move it"),
    }
    # Only the photo, encoded again, and escaped words: nothing foreign runs in it.
    page = text_of("zoom.html") % {
        **{name: html.escape(word, quote=True) for name, word in words.items()},
        "height": _HEIGHT,
        "alt": html.escape(alt, quote=True),
        "photo": base64.b64encode(out.getvalue()).decode(),
    }
    st.iframe(page, height=_HEIGHT + 44, alt=alt)
    size = f"{image.width:,} × {image.height:,}"
    st.caption(_("{size} pixels. The wheel zooms, dragging moves.").format(size=size))
