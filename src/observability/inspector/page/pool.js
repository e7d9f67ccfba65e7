import { byId, h, number } from './dom.js';

const uses = ['used', 'static', 'quarantined', 'conflict', 'free', 'excluded'];
/** An entry up to this size is drawn address by address; in a larger one a run of free addresses is one piece. */
const mostCells = 1024;

/** The map of the pool. */
export class Pool {
  #goTo;
  #isShown = false;
  #timer;
  #lastText = '';
  #root = byId('pool');
  #who = byId('pool-who');

  constructor(store, goTo) {
    this.#goTo = goTo;
    for (const name of ['pool', 'rows', 'hello']) store.addEventListener(name, () => this.#later());
    this.#root.addEventListener('pointerover', ({ target }) => this.#tell(target.closest('.run')));
    this.#root.addEventListener('focusin', ({ target }) => this.#tell(target.closest('.run')));
    this.#root.addEventListener('keydown', (event) => this.#key(event));
    this.#root.addEventListener('click', ({ target }) => this.#open(target.closest('.run')));
  }

  show(isShown) {
    this.#isShown = isShown;
    if (isShown) void this.#load();
  }

  /** At most once in a second. */
  #later() {
    if (!this.#isShown || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#load();
    }, 1000);
  }

  async #load() {
    const response = await fetch('api/pool').catch(() => undefined);
    // The link is down: the page says so, and asks again when it is back.
    if (response?.ok !== true) return;
    const text = await response.text();
    if (text === this.#lastText) return;
    this.#lastText = text;
    this.#draw(JSON.parse(text));
  }

  #draw(page) {
    const focused = document.activeElement?.closest?.('.run')?.dataset.from;
    const problems = page.problems.map(({ configMap, key, message }) =>
      h('li', {}, configMap === undefined ? '' : `${configMap}: `, h('code', {}, key), ` ${message}`),
    );
    this.#root.replaceChildren(
      legend(page),
      page.missing === undefined ? '' : h('p', { class: 'notice' }, page.missing),
      problems.length === 0 ? '' : h('ul', { class: 'notice problems' }, ...problems),
      ...page.map.scopes.map(scopeCard),
      page.map.outside.length === 0 ? '' : outsideCard(page.map.outside),
    );
    for (const grid of this.#root.querySelectorAll('.runs')) grid.querySelector('.run')?.setAttribute('tabindex', '0');
    if (focused !== undefined) this.#root.querySelector(`[data-from="${CSS.escape(focused)}"]`)?.focus();
  }

  #tell(run) {
    if (run !== null) this.#who.textContent = run.getAttribute('aria-label');
  }

  /** The arrows go from piece to piece; Enter and Space go to the Gateway that has it. */
  #key(event) {
    const run = event.target.closest('.run');
    if (run === null) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#open(run);
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16, Home: -Infinity, End: Infinity }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    const all = [...run.parentElement.children];
    const next = all[Math.min(Math.max(all.indexOf(run) + step, 0), all.length - 1)];
    run.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  }

  #open(run) {
    const gateway = gatewayIn(run?.dataset.who);
    if (gateway !== undefined) this.#goTo(`Gateway/${gateway}`);
  }
}

function legend({ state, order, quarantineMs }) {
  const note = order === undefined ? '' : `search order: ${order} · quarantine: ${quarantineMs / 1000} s`;
  return h(
    'div',
    { class: 'legend' },
    h('span', { class: 'badge' }, `pool ${state}`),
    ...uses.map((use) => h('span', { class: 'key' }, h('i', { class: 'swatch', 'data-use': use }), use)),
    h('span', { class: 'quiet' }, note),
  );
}

function scopeCard({ scope, size, free, excluded, counts, entries, more }) {
  const taken = ['used', 'static', 'quarantined', 'conflict'].filter((use) => counts[use] > 0);
  const numbers = [...taken.map((use) => `${number(counts[use])} ${use}`), `${number(free)} free`];
  if (excluded !== '0') numbers.push(`${number(excluded)} excluded`);
  return h(
    'section',
    { class: 'card scope' },
    h('h2', {}, scope === 'global' ? 'global' : `namespace ${scope}`, h('small', {}, `${number(size)} addresses`)),
    meter(counts, size),
    h('p', { class: 'quiet' }, numbers.join(' · ')),
    ...entries.map(entryMap),
    more === 0 ? '' : h('p', { class: 'quiet' }, `and ${number(more)} more entries`),
  );
}

/** What share is taken, as a bar; a share too small to be seen is seen. */
function meter(counts, size) {
  const bar = h('div', { class: 'meter', 'aria-hidden': 'true' });
  for (const use of ['used', 'static', 'quarantined', 'conflict']) {
    if (counts[use] === 0) continue;
    const part = h('i', { class: 'swatch', 'data-use': use });
    part.style.width = `max(4px, ${(100 * counts[use]) / Math.max(Number(size), 1)}%)`;
    bar.append(part);
  }
  return bar;
}

function entryMap({ text, size, runs }) {
  const isSmall = BigInt(size) <= BigInt(mostCells);
  const pieces = runs.flatMap((run) => (isSmall ? cellsOf(run) : [pieceOf(run)]));
  return h(
    'div',
    { class: 'entry' },
    h('h3', {}, h('code', {}, text), h('small', {}, ` ${number(size)}`)),
    h(
      'div',
      { class: isSmall ? 'runs cells' : 'runs', role: 'group', 'aria-label': `Addresses of ${text}` },
      ...pieces,
    ),
  );
}

function cellsOf(run) {
  if (run.count === '1') return [pieceOf(run)];
  return Array.from({ length: Number(run.count) }, (_, index) => {
    const address = index === 0 ? run.from : after(run.from, index);
    return pieceOf({ ...run, from: address, to: address, count: '1' });
  });
}

function pieceOf({ from, to, count, use, who, occupied }) {
  const range = from === to ? from : `${from} – ${to}, ${number(count)} addresses`;
  const what = use === 'mixed' ? `${number(occupied)} of them taken` : use;
  const label = `${range}: ${what}${who === undefined ? '' : `, ${who}`}`;
  const fill = use === 'mixed' ? Math.ceil((4 * occupied) / Number(count)) : undefined;
  return h(
    'span',
    {
      class: from === to || use === 'mixed' ? 'run' : 'run long',
      'data-use': use,
      'data-from': from,
      'data-who': who,
      'data-fill': use === 'mixed' ? Math.min(4, occupied > 0 ? Math.max(1, fill) : 0) : undefined,
      'aria-label': label,
      role: gatewayIn(who) === undefined ? 'img' : 'button',
      tabindex: -1,
      title: label,
    },
    from === to || use === 'mixed' ? '' : `${number(count)} ${use}`,
  );
}

/** `namespace/name` of the Gateway that a piece leads to, if any. */
function gatewayIn(who = '') {
  return /Gateway ([^\s,]+)/.exec(who)?.[1];
}

/** The address so many behind another one. */
function after(address, steps) {
  if (address.includes('.')) {
    const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + steps;
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  }
  const cut = address.lastIndexOf(':') + 1;
  const last = Number.parseInt(address.slice(cut) || '0', 16) + steps;
  return last > 0xffff ? `${address} + ${steps}` : `${address.slice(0, cut)}${last.toString(16)}`;
}

function outsideCard(outside) {
  return h(
    'section',
    { class: 'card scope' },
    h('h2', {}, 'outside the pool', h('small', {}, `${outside.length} addresses`)),
    h(
      'div',
      { class: 'runs outside' },
      ...outside.map(({ address, use, who }) => pieceOf({ from: address, to: address, count: '1', use, who })),
    ),
    h(
      'ul',
      { class: 'plain-list' },
      ...outside.slice(0, 20).map(({ address, who }) => h('li', {}, h('code', {}, address), ` ${who}`)),
    ),
  );
}
