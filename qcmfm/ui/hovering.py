"""The photo and caption of what the pointer rests on, and what it clicks.

Plotly shows no pictures, and Streamlit tells of no click while a lasso is at hand.
"""

import base64
from collections.abc import Callable
from typing import Any

import streamlit as st

SIDE = 180
"""Width of the picture, in pixels."""

_CSS = """
[hidden] { display: none !important; }
.card { position: fixed; z-index: 999; padding: 6px; border-radius: 8px; pointer-events: none;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  box-shadow: 0 2px 10px #0005; }
img { display: block; width: SIDEpx; max-height: SIDEpx; object-fit: contain; }
p { width: SIDEpx; margin: 4px 0 0; font: 12px/1.35 var(--st-font), sans-serif;
  color: var(--st-text-color); overflow-wrap: anywhere; }
""".replace("SIDE", str(SIDE))

_HTML = "<div class='card' hidden><img alt='' hidden><p></p></div>"

# The plot belongs to another element and arrives when it likes. What the pointer rests on is asked
# for once; the plot is told apart from one that took its place by the mark that is left on it.
_JS = """
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const card = parentElement.querySelector('.card'), photo = card.querySelector('img');
  const words = card.querySelector('p');
  const here = parentElement.hovering ??= { photos: new Map(), at: null };
  here.ask = id => setStateValue('hovered', id);
  here.take = id => setTriggerValue('clicked', id);
  here.show = () => {
    card.hidden = !here.at;
    if (!here.at) return;
    words.textContent = here.at.told;
    const found = here.photos.get(here.at.id);
    photo.hidden = !found;
    if (found) photo.src = found;
    const room = window.innerWidth - here.at.x > SIDE + 60;
    card.style.left = (room ? here.at.x + 24 : here.at.x - SIDE - 40) + 'px';
    const most = window.innerHeight - SIDE - 110;
    card.style.top = Math.max(8, Math.min(here.at.y - SIDE / 2, most)) + 'px';
  };
  if (data.id) here.photos.set(data.id, data.photo);
  here.show();
  let waiting = 0;
  const find = () => {
    const plot = document.querySelector('.st-key-' + data.plot + ' .js-plotly-plot');
    if (!plot || !plot.on || plot.hovering === here) return;
    plot.hovering = here;
    plot.on('plotly_hover', event => {
      const point = event.points && event.points[0];
      if (!point || !point.customdata) return;
      const [id, told] = point.customdata;
      here.at = { id, told, x: event.event.clientX, y: event.event.clientY };
      here.show();
      clearTimeout(waiting);
      if (!here.photos.has(id)) waiting = setTimeout(() => here.ask(id), 80);
    });
    plot.on('plotly_click', event => {
      const point = event.points && event.points[0];
      if (point && point.customdata) here.take(point.customdata[0]);
    });
    plot.on('plotly_unhover', () => { here.at = null; clearTimeout(waiting); here.show(); });
  };
  const watch = setInterval(find, 300);
  find();
  return () => { clearInterval(watch); clearTimeout(waiting); };
}
""".replace("SIDE", str(SIDE))


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    from streamlit.components import v2

    return v2.component("qcmfm_hovering", html=_HTML, css=_CSS, js=_JS)


@st.fragment
def show_hovered(plot: str, picture: Callable[[str], bytes | None]) -> None:
    """Show the photo of what the pointer rests on in a plot; what it clicks is in `clicked`.

    A fragment, so that only the photo that is asked for travels.

    Args:
        plot: Key of the plot; the custom data of its points are an id and what is told of it.
        picture: The JPEG of an id; None where there is none.
    """
    key = f"{plot}-hovered"
    wanted = dict(st.session_state.get(key) or {}).get("hovered") or ""
    found = picture(wanted) if wanted else None
    photo = f"data:image/jpeg;base64,{base64.b64encode(found).decode()}" if found else ""
    data = {"plot": plot, "id": wanted, "photo": photo}
    result = _component()(
        data=data, key=key, on_hovered_change=lambda: None, on_clicked_change=lambda: None
    )
    if getattr(result, "clicked", None):
        st.session_state[f"{plot}-clicked"] = result.clicked
        st.rerun()


def clicked(plot: str) -> list[str]:
    """The id of the point that was clicked last in a plot; empty where none was."""
    found = st.session_state.get(f"{plot}-clicked")
    return [found] if found else []
