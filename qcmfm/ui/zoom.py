"""A photo in full resolution, to zoom into and move about in."""

import base64
import html
import io
from pathlib import Path

import streamlit as st
from PIL import Image

from qcmfm.encoders.photo import read_photo
from qcmfm.ui.language import _

_HEIGHT = 640

# Only the photo, encoded anew, and escaped text come into this page, so nothing foreign runs in it.
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; font: 14px sans-serif; background: #222; color: #fff; }
#bar { padding: 6px; display: flex; gap: 6px; align-items: center; }
button { font: inherit; padding: 4px 12px; }
#box { overflow: auto; height: %(height)dpx; cursor: grab; touch-action: pan-x pan-y; }
</style>
<div id="bar"><button id="out" aria-label="%(smaller)s">−</button>
<button id="in" aria-label="%(larger)s">+</button><button id="fit">%(whole)s</button>
<button id="one">%(every)s</button><span id="size" role="status"></span></div>
<div id="box" tabindex="0" aria-label="%(moves)s">
<img id="photo" alt="%(alt)s" src="data:image/jpeg;base64,%(photo)s"></div>
<script>
const box = document.getElementById('box'), photo = document.getElementById('photo');
let scale = 1;
function zoom(to, x = box.clientWidth / 2, y = box.clientHeight / 2) {
  const at = [(box.scrollLeft + x) / scale, (box.scrollTop + y) / scale];
  scale = Math.min(8, Math.max(0.05, to));
  photo.style.width = photo.naturalWidth * scale + 'px';
  box.scrollTo(at[0] * scale - x, at[1] * scale - y);
  document.getElementById('size').textContent = Math.round(scale * 100) + '%%';
}
const fit = () => zoom(Math.min(box.clientWidth / photo.naturalWidth,
  box.clientHeight / photo.naturalHeight));
document.getElementById('in').onclick = () => zoom(scale * 1.5);
document.getElementById('out').onclick = () => zoom(scale / 1.5);
document.getElementById('one').onclick = () => zoom(1);
document.getElementById('fit').onclick = fit;
box.addEventListener('wheel', event => {
  event.preventDefault();
  zoom(scale * (event.deltaY < 0 ? 1.2 : 1 / 1.2), event.offsetX, event.offsetY);
}, { passive: false });
let held = null;
box.onpointerdown = event => { held = [event.clientX, event.clientY]; event.preventDefault(); };
window.onpointerup = () => { held = null; };
window.onpointermove = event => {
  if (!held) return;
  box.scrollBy(held[0] - event.clientX, held[1] - event.clientY);
  held = [event.clientX, event.clientY];
};
photo.complete && photo.naturalWidth ? fit() : photo.onload = fit;
</script>"""


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
    page = _PAGE % {
        **{name: html.escape(word, quote=True) for name, word in words.items()},
        "height": _HEIGHT,
        "alt": html.escape(alt, quote=True),
        "photo": base64.b64encode(out.getvalue()).decode(),
    }
    st.iframe(page, height=_HEIGHT + 44, alt=alt)
    size = f"{image.width:,} × {image.height:,}"
    st.caption(_("{size} pixels. The wheel zooms, dragging moves.").format(size=size))
