// The plot belongs to another element and arrives when it likes. What the pointer rests on is asked
// for once; the plot is told apart from one that took its place by the mark that is left on it.
const SIDE = 180;

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
