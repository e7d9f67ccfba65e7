import { addressOf, byId, h, partsOf, pill, timeOf } from './dom.js';

const mostShown = 300;

/** The stream of transitions, the newest first. */
export class Log {
  #store;
  #isPaused = false;
  #isShown = false;
  #isDue = false;
  #missed = 0;
  #list = byId('log');
  #filter = byId('log-filter');
  #pause = byId('pause');
  #goTo;

  constructor(store, goTo) {
    this.#store = store;
    this.#goTo = goTo;
    store.addEventListener('log', ({ detail }) => this.#take(detail));
    this.#pause.addEventListener('click', () => this.toggle());
    byId('clear').addEventListener('click', () => this.#clear());
    this.#filter.addEventListener('input', () => this.#draw());
    this.#list.addEventListener('click', ({ target }) => this.#open(target));
  }

  show(isShown) {
    this.#isShown = isShown;
    if (isShown && !this.#isPaused) this.#draw();
  }

  toggle() {
    this.#isPaused = !this.#isPaused;
    this.#missed = 0;
    this.#pause.setAttribute('aria-pressed', String(this.#isPaused));
    this.#pause.textContent = this.#isPaused ? 'Go on' : 'Pause';
    this.#count();
    this.#draw();
  }

  #take(entries) {
    if (this.#isPaused) {
      this.#missed += entries.length;
      this.#note();
      return;
    }
    this.#count();
    if (!this.#isShown || this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      if (!this.#isPaused) this.#draw();
    }, 150);
  }

  #clear() {
    this.#store.log = [];
    this.#store.dropped = 0;
    this.#count();
    this.#draw();
  }

  /** A line leads to its actor wherever it is clicked; its name is a link, for the keyboard. */
  #open(target) {
    if (target.closest('a') !== null) return;
    const key = target.closest('[data-key]')?.dataset.key;
    if (key !== undefined) this.#goTo(key);
  }

  #count() {
    byId('count-log').textContent = String(this.#store.log.length || '');
  }

  #note() {
    const parts = [];
    if (this.#isPaused) parts.push(`paused; ${this.#missed} since`);
    if (this.#store.dropped > 0) parts.push(`${this.#store.dropped.toLocaleString('en')} were too many to send`);
    byId('log-note').textContent = parts.join(' · ');
  }

  #focus({ key, at }) {
    const found = this.#list.querySelector(`[data-key="${CSS.escape(key)}"][data-at="${at}"] a`);
    found?.focus({ preventScroll: true });
  }

  #draw() {
    const word = this.#filter.value.trim().toLowerCase();
    const found = this.#store.log.filter(([, ...texts]) => texts.join(' ').toLowerCase().includes(word));
    const focused = document.activeElement?.closest?.('#log li')?.dataset;
    this.#list.replaceChildren(...found.slice(-mostShown).reverse().map(line));
    if (focused !== undefined) this.#focus(focused);
    if (found.length === 0) this.#list.append(h('li', { class: 'empty' }, 'No transitions since the page was opened.'));
    this.#note();
  }
}

function line([at, key, event, from, to]) {
  const { kind, label } = partsOf(key);
  return h(
    'li',
    { 'data-key': key, 'data-at': at },
    h('time', {}, timeOf(at)),
    h('a', { class: 'who', href: addressOf(key) }, h('small', {}, kind), ` ${label}`),
    h(
      'span',
      { class: 'move' },
      from === '' ? null : pill(from),
      from === '' ? null : h('span', { class: 'arrow' }, '→'),
      pill(to),
    ),
    h('span', { class: 'quiet event' }, event),
  );
}
