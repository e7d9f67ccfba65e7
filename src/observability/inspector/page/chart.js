/** The chart of an actor: drawn by the server, lit here. */

const drawings = new Map();
const svgNamespace = 'http://www.w3.org/2000/svg';

/** @returns a copy of the drawing of that chart. */
export async function drawingOf(name) {
  const known = drawings.get(name) ?? load(name);
  drawings.set(name, known);
  try {
    return document.importNode(await known, true);
  } catch (error) {
    drawings.delete(name);
    throw error;
  }
}

async function load(name) {
  const response = await fetch(`charts/${encodeURIComponent(name)}.svg`);
  if (!response.ok) throw new Error(`the chart cannot be had: ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), 'image/svg+xml').documentElement;
}

/**
 * Lights the state that an actor is in, and the way it took there.
 * @param {SVGElement} svg
 * @param {{ state: string, events: readonly { state: string }[] }} actor
 */
export function light(svg, { state, events }) {
  const states = new Map([...svg.querySelectorAll('[data-state]')].map((group) => [group.dataset.state, group]));
  const way = [...events.map((event) => event.state), state].filter((name, index, all) => name !== all[index - 1]);
  for (const [name, group] of states) {
    group.classList.toggle('current', name === state);
    group.classList.toggle('around', state.startsWith(`${name}.`));
    group.classList.toggle('visited', name !== state && way.includes(name));
  }
  for (const edge of svg.querySelectorAll('[data-from]')) {
    const isTaken = way.some((name, index) => name === edge.dataset.to && way[index - 1] === edge.dataset.from);
    edge.classList.toggle('taken', isTaken);
  }
  drawWay(svg, way, states);
}

/** The transitions taken, as arrows from state to state; the older the fainter. */
function drawWay(svg, way, states) {
  svg.querySelector('.way')?.remove();
  const layer = document.createElementNS(svgNamespace, 'g');
  layer.classList.add('way');
  const steps = way.slice(1).map((to, index) => [way[index], to]);
  const shown = steps.slice(-5);
  for (const [index, [from, to]] of shown.entries()) {
    const [a, b] = [states.get(from), states.get(to)];
    // Where the chart has that transition itself, that one is lit.
    if (a === undefined || b === undefined || svg.querySelector(`[data-from="${from}"][data-to="${to}"]`)) continue;
    layer.append(arrow(a.getBBox(), b.getBBox(), shown.length - 1 - index));
  }
  (svg.querySelector('.graph') ?? svg).append(layer);
}

/** A curve from the edge of one box to the edge of another; without a marker, so that no id is needed. */
function arrow(a, b, age) {
  const [from, to] = [centre(a), centre(b)];
  const bend = Math.min(60, Math.hypot(to.x - from.x, to.y - from.y) / 4);
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const middle = {
    x: (from.x + to.x) / 2 + Math.sin(angle) * bend,
    y: (from.y + to.y) / 2 - Math.cos(angle) * bend,
  };
  const start = edgeOf(a, from, middle);
  const end = edgeOf(b, to, middle);
  const tip = Math.atan2(end.y - middle.y, end.x - middle.x);
  const wing = (turn) => `${end.x - 9 * Math.cos(tip + turn)},${end.y - 9 * Math.sin(tip + turn)}`;
  const path = document.createElementNS(svgNamespace, 'path');
  path.setAttribute(
    'd',
    `M${start.x},${start.y} Q${middle.x},${middle.y} ${end.x},${end.y} M${wing(0.45)} L${end.x},${end.y} L${wing(-0.45)}`,
  );
  path.classList.add('step', `age-${age}`);
  return path;
}

function centre({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the line from the centre of a box towards a point leaves the box. */
function edgeOf({ width, height }, from, towards) {
  const [dx, dy] = [towards.x - from.x, towards.y - from.y];
  const scale = Math.min(width / 2 / Math.max(Math.abs(dx), 0.01), height / 2 / Math.max(Math.abs(dy), 0.01));
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}
