/** Small helpers: elements without markup in strings, and times for people. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `class`, `data-*`, ARIA and the like; `on` is a map of listeners.
 * @param {...(Node | string | number | null | undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else element.setAttribute(name, value === true ? '' : `${value}`);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined).map((child) => child));
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element;
}

let offset = 0;

/** The server's clock, which ages are counted by. */
export function setServerTime(now) {
  offset = now - Date.now();
}

export function serverNow() {
  return Date.now() + offset;
}

/** `12 s`, `3 min`, `2 h`, `5 d` since a moment in milliseconds; empty for 0. */
export function ageOf(at) {
  if (at === 0) return '';
  const seconds = Math.max(0, Math.floor((serverNow() - at) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

export function timeOf(at) {
  return clock.format(at);
}

/** @returns the parts of `Kind/namespace/name`; `label` is what people write. */
export function partsOf(key) {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name, label: namespace === '' ? name : `${namespace}/${name}` };
}

/** Where on the page an actor is shown. */
export function addressOf(key) {
  return `#/actors/${encodeURI(key)}`;
}

/** How good a state is: what its colour says. */
export function toneOf(state) {
  const phase = state.split('.')[0];
  if (phase === 'ServiceReady' || phase === 'Accepted') return 'good';
  if (phase === 'ListenerResolved') return 'near';
  if (phase === 'AddressAssigned') return 'half';
  if (phase === 'Pending') return 'wait';
  if (phase === 'Unreadable' || phase === 'Crashed' || phase === 'Refused') return 'bad';
  return 'gone';
}

/** A state as a coloured pill: the phase, and in it the substate. */
export function pill(state) {
  const [phase, substate] = state.split('.');
  return h(
    'span',
    { class: 'pill', 'data-tone': toneOf(state), title: state },
    h('b', {}, substate ?? phase),
    substate === undefined ? null : h('small', {}, phase),
  );
}

export function number(value) {
  return BigInt(value).toLocaleString('en');
}
