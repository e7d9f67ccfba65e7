import { ageOf, byId, h, partsOf, pill, toneOf } from './dom.js';

const rowHeight = 52;
const margin = 6;
const order = { bad: 0, wait: 1, half: 2, near: 3, gone: 4, good: 5 };

/** The list of actors: filtered, sorted, and only what is in view is in the document. */
export class List {
  #store;
  #select;
  #shown = [];
  #nodes = new Map();
  #selected = '';
  #scheduled = false;
  #needsSort = true;
  #state = '';
  #list = byId('list');
  #space = byId('list-space');
  #text = byId('filter-text');
  #kind = byId('filter-kind');
  #namespace = byId('filter-namespace');
  #fullState = byId('filter-state');
  #sort = byId('sort');

  constructor(store, select) {
    this.#store = store;
    this.#select = select;
    store.addEventListener('rows', () => this.#later());
    byId('filters').addEventListener('input', () => this.#filtered());
    byId('filters').addEventListener('submit', (event) => event.preventDefault());
    this.#list.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('click', (event) => this.#click(event));
    new ResizeObserver(() => this.#draw()).observe(this.#list);
    setInterval(() => this.#refreshAges(), 1000);
  }

  focus() {
    this.#list.focus();
  }

  focusFilter() {
    this.#text.focus();
    this.#text.select();
  }

  clearFilter() {
    for (const field of [this.#text, this.#kind, this.#namespace, this.#fullState]) field.value = '';
    this.#state = '';
    this.#filtered();
  }

  /** Marks one as the one that is shown beside the list. */
  mark(key) {
    this.#selected = key;
    this.#draw();
  }

  move(step) {
    if (this.#shown.length === 0) return;
    const at = this.#indexOfSelected();
    const from = at < 0 && step > 0 ? -1 : at;
    const next = Math.min(Math.max(from + step, 0), this.#shown.length - 1);
    this.#selected = this.#shown[next].key;
    this.#reveal(next);
    this.#select(this.#selected);
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.#list.clientHeight / rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.move(step === Infinity ? this.#shown.length : step === -Infinity ? -this.#shown.length : step);
  }

  #click(event) {
    const row = event.target.closest('[data-key]');
    if (row === null) return;
    this.mark(row.dataset.key);
    this.#select(row.dataset.key);
  }

  #filtered() {
    this.#list.scrollTop = 0;
    this.#needsSort = true;
    this.#update();
  }

  /** At most five times in a second, however much happens. */
  #later() {
    this.#needsSort = true;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#update();
    }, 200);
  }

  /** A selected row that is in view stays in view, wherever it is sorted to. */
  #update() {
    this.#fillSelects();
    const before = this.#indexOfSelected();
    const isFollowed = this.#isInView(before);
    if (this.#needsSort) this.#collect();
    this.#needsSort = false;
    this.#space.style.height = `${this.#shown.length * rowHeight}px`;
    this.#chips();
    this.#tellEmpty();
    const now = this.#indexOfSelected();
    if (isFollowed && now >= 0 && now !== before) this.#reveal(now);
    else this.#draw();
  }

  #collect() {
    const words = this.#text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [kind, namespace, state] = [this.#kind.value, this.#namespace.value, this.#fullState.value];
    this.#shown = [...this.#store.rows.values()].filter((row) => {
      const parts = partsOf(row.key);
      if (kind !== '' && parts.kind !== kind) return false;
      if (namespace !== '' && parts.namespace !== namespace) return false;
      if (state !== '' && row.state !== state) return false;
      if (this.#state !== '' && row.state.split('.')[0] !== this.#state) return false;
      return words.every((word) => row.text.includes(word));
    });
    const byName = (a, b) => (a.key < b.key ? -1 : 1);
    const sorts = {
      name: byName,
      newest: (a, b) => b.since - a.since || byName(a, b),
      worst: (a, b) => order[toneOf(a.state)] - order[toneOf(b.state)] || byName(a, b),
    };
    this.#shown.sort(sorts[this.#sort.value]);
  }

  #fillSelects() {
    const kinds = new Set();
    const namespaces = new Set();
    const states = new Set();
    for (const { key, state } of this.#store.rows.values()) {
      const { kind, namespace } = partsOf(key);
      kinds.add(kind);
      if (namespace !== '') namespaces.add(namespace);
      states.add(state);
    }
    fill(this.#kind, 'all kinds', kinds);
    fill(this.#namespace, 'all namespaces', namespaces);
    fill(this.#fullState, 'all states', states);
  }

  /** How many are in each phase: a click shows only these. */
  #chips() {
    const counts = new Map();
    for (const { state } of this.#store.rows.values()) {
      const phase = state.split('.')[0];
      counts.set(phase, (counts.get(phase) ?? 0) + 1);
    }
    if (this.#state !== '' && !counts.has(this.#state)) counts.set(this.#state, 0);
    const sorted = [...counts].sort(([a], [b]) => order[toneOf(a)] - order[toneOf(b)] || (a < b ? -1 : 1));
    const signature = JSON.stringify([sorted, this.#state]);
    const chips = byId('chips');
    if (chips.dataset.signature === signature) return;
    chips.dataset.signature = signature;
    chips.replaceChildren(...sorted.map(([phase, count]) => this.#chip(phase, count)));
  }

  #chip(phase, count) {
    const click = () => {
      this.#state = this.#state === phase ? '' : phase;
      this.#filtered();
    };
    const isPressed = this.#state === phase;
    return h(
      'button',
      { type: 'button', class: 'chip', 'data-tone': toneOf(phase), 'aria-pressed': String(isPressed), on: { click } },
      `${phase} `,
      h('b', {}, count.toLocaleString('en')),
    );
  }

  #tellEmpty() {
    const empty = byId('list-empty');
    empty.hidden = this.#shown.length > 0;
    const isFiltered = this.#store.rows.size > 0;
    empty.textContent = isFiltered ? 'No actor matches. Esc clears the filter.' : 'No actors yet.';
    this.#list.setAttribute('aria-label', `Actors, ${this.#shown.length} of ${this.#store.rows.size}`);
    byId('count-actors').textContent = this.#store.rows.size.toLocaleString('en');
  }

  #indexOfSelected() {
    return this.#shown.findIndex(({ key }) => key === this.#selected);
  }

  #isInView(index) {
    const { scrollTop, clientHeight } = this.#list;
    return index >= 0 && (index + 1) * rowHeight > scrollTop && index * rowHeight < scrollTop + clientHeight;
  }

  #reveal(index) {
    const { scrollTop, clientHeight } = this.#list;
    const top = index * rowHeight;
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.#list.scrollTop = top + rowHeight - clientHeight;
    this.#draw();
  }

  /** Puts what is in view into the document, and takes out what is not. */
  #draw() {
    const first = Math.max(0, Math.floor(this.#list.scrollTop / rowHeight) - margin);
    const last = Math.ceil((this.#list.scrollTop + this.#list.clientHeight) / rowHeight) + margin;
    const wanted = this.#shown.slice(first, last);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, node] of this.#nodes) {
      if (keys.has(key)) continue;
      node.element.remove();
      this.#nodes.delete(key);
    }
    for (const [index, row] of wanted.entries()) this.#place(row, first + index);
    const active = this.#nodes.get(this.#selected);
    if (active === undefined) this.#list.removeAttribute('aria-activedescendant');
    else this.#list.setAttribute('aria-activedescendant', active.element.id);
  }

  #place(row, index) {
    let node = this.#nodes.get(row.key);
    if (node === undefined || node.row !== row) {
      const element = rowElement(row);
      if (node === undefined) this.#space.append(element);
      else node.element.replaceWith(element);
      node = { row, element };
      this.#nodes.set(row.key, node);
    }
    const { element } = node;
    element.id = `row-${index}`;
    element.style.transform = `translateY(${index * rowHeight}px)`;
    element.setAttribute('aria-posinset', String(index + 1));
    element.setAttribute('aria-setsize', String(this.#shown.length));
    element.setAttribute('aria-selected', String(row.key === this.#selected));
  }

  #refreshAges() {
    for (const { row, element } of this.#nodes.values()) element.querySelector('.age').textContent = ageOf(row.since);
  }
}

function rowElement(row) {
  const { kind, label } = partsOf(row.key);
  const times = row.times > 1 ? ` ×${row.times}` : '';
  return h(
    'div',
    { class: 'row', role: 'option', 'data-key': row.key, 'data-tone': toneOf(row.state) },
    h('span', { class: 'kind', 'data-kind': kind, title: kind }, shortKind(kind)),
    h('span', { class: 'name', title: label }, label),
    pill(row.state),
    h('span', { class: 'last quiet' }, `${kind} · ${row.event}${times}`),
    h('span', { class: 'age quiet' }, ageOf(row.since)),
  );
}

export function shortKind(kind) {
  return { GatewayClass: 'GC', Gateway: 'GW', TCPRoute: 'TCP', UDPRoute: 'UDP', ListenerSet: 'LS' }[kind] ?? kind;
}

function fill(select, all, values) {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1));
  if (select.value !== '' && !values.has(select.value)) sorted.unshift(select.value);
  const signature = sorted.join('\n');
  if (select.dataset.signature === signature) return;
  select.dataset.signature = signature;
  const { value } = select;
  select.replaceChildren(h('option', { value: '' }, all), ...sorted.map((text) => h('option', { value: text }, text)));
  select.value = value;
}
