export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector('.scroll');
  const both = parentElement.querySelector('.both');
  const tip = parentElement.querySelector('.tip');
  const held = box.querySelector(':focus')?.dataset.gates;
  box.innerHTML = data.svg;
  parentElement.querySelector('.ends').innerHTML = data.ends;
  const now = box.querySelector('.now');
  if (now) {
    const at = now.getBBox().x;
    if (at < box.scrollLeft + 40 || at > box.scrollLeft + box.clientWidth - 90) {
      box.scrollLeft = Math.max(0, at - box.clientWidth / 2);
    }
  }
  const part = event => event.target.closest('[data-tip]');
  const toggle = found => setTriggerValue('toggled', found.dataset.gates);
  box.onclick = event => {
    const found = event.target.closest('[data-gates]');
    if (found) toggle(found);
  };
  // Of some hundred gates one alone is a stop of the Tab key; the arrows go from there.
  const gates = [...box.querySelectorAll('[data-gates]')];
  const stop = found => gates.forEach(gate => { gate.tabIndex = gate === found ? 0 : -1; });
  const again = gates.find(gate => gate.dataset.gates === held);
  stop(again || now || gates[0]);
  again?.focus({ preventScroll: true });
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  box.onkeydown = event => {
    const found = event.target.closest('[data-gates]');
    if (event.key === 'Escape') tip.hidden = true;
    if (!found) return;
    if (event.key === 'Enter' || event.key === ' ') toggle(found);
    else if (event.key === 'Home') gates[0].focus();
    else if (event.key === 'End') gates[gates.length - 1].focus();
    else if (steps[event.key]) gates[gates.indexOf(found) + steps[event.key]]?.focus();
    else return;
    event.preventDefault();
  };
  const tell = (found, x, y) => {
    tip.hidden = !found;
    if (!found) return;
    tip.textContent = found.dataset.tip;
    const frame = both.getBoundingClientRect();
    const left = Math.min(x - frame.left + 12, frame.width - tip.offsetWidth - 4);
    tip.style.left = Math.max(0, left) + 'px';
    tip.style.top = y - frame.top + 16 + 'px';
  };
  parentElement.entered = found => {
    stop(found);
    const at = found.getBoundingClientRect();
    if (found.matches(':focus-visible')) tell(found, at.right, at.bottom - 12);
  };
  if (!parentElement.listens) {
    parentElement.listens = true;
    box.addEventListener('focusin', event => {
      const found = event.target.closest('[data-gates]');
      if (found) parentElement.entered(found);
    });
    box.addEventListener('focusout', () => { tip.hidden = true; });
  }
  both.onpointermove = event => tell(part(event), event.clientX, event.clientY);
  both.onpointerleave = () => { tip.hidden = true; };
}
