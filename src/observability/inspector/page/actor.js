import { drawingOf, light } from './chart.js';
import { ageOf, byId, h, partsOf, pill, timeOf } from './dom.js';
import { shortKind } from './list.js';

/** One actor: where it stands, why, and how it came there. */
export class Actor {
  #store;
  #back;
  #key = '';
  #shown;
  #isBusy = false;
  #isDue = false;
  #root = byId('actor');
  /** Which parts are open, over all redraws: the reader opens and closes them. */
  #open = new Set(['conditions', 'mailbox', 'involved', 'questions']);

  constructor(store, back) {
    this.#store = store;
    this.#back = back;
    store.addEventListener('rows', ({ detail }) => {
      if (detail.has(this.#key)) void this.#refresh();
    });
    store.addEventListener('hello', () => this.#refresh());
    setInterval(() => this.#refreshAge(), 1000);
  }

  get key() {
    return this.#key;
  }

  focus() {
    this.#root.focus();
  }

  show(key) {
    if (this.#key === key) return;
    this.#key = key;
    this.#shown = undefined;
    this.#root.replaceChildren(...(key === '' ? [invitation()] : []));
    void this.#refresh();
  }

  /** One request at a time; what changed meanwhile is asked for once more after it. */
  async #refresh() {
    if (this.#key === '') return;
    if (this.#isBusy) {
      this.#isDue = true;
      return;
    }
    this.#isBusy = true;
    try {
      await this.#load(this.#key);
    } finally {
      this.#isBusy = false;
      if (this.#isDue) {
        this.#isDue = false;
        setTimeout(() => this.#refresh(), 100);
      }
    }
  }

  async #load(key) {
    const response = await fetch(`api/actor?key=${encodeURIComponent(key)}`).catch(() => undefined);
    // The link is down: the page says so, and asks again when it is back.
    if (response === undefined) return;
    if (key !== this.#key) {
      this.#isDue = true;
      return;
    }
    if (response.ok) await this.#draw(await response.json());
    else if (this.#store.isWhole) this.#root.replaceChildren(this.#head({ key }), gone());
  }

  /** The words at once, the chart when it is there; where it stands already, it is only lit anew. */
  async #draw(actor) {
    const isSame = this.#shown?.key === actor.key;
    const old = isSame ? this.#root.querySelector('.figure') : null;
    const scrollLeft = old?.scrollLeft ?? 0;
    this.#shown = actor;
    const label = `Chart of ${actor.chart}: ${actor.state}`;
    const figure = h('figure', { class: 'figure', tabindex: 0, 'aria-label': label });
    const kept = old?.querySelector('svg') ?? null;
    const focused = this.#focused();
    if (kept !== null) figure.append(kept);
    const cards = this.#cards(actor).filter((card) => card !== null);
    this.#root.replaceChildren(this.#head(actor), why(actor), figure, h('div', { class: 'cards' }, ...cards));
    if (!isSame) this.#root.scrollTop = 0;
    if (focused !== undefined) this.#root.querySelector(focused)?.focus({ preventScroll: true });
    if (kept !== null) {
      light(kept, actor);
      figure.scrollLeft = scrollLeft;
      return;
    }
    const svg = await drawingOf(actor.chart).catch(() => undefined);
    if (svg === undefined || !figure.isConnected) return;
    figure.append(svg);
    light(svg, actor);
    showCurrent(figure);
  }

  /** Where in here the keyboard is, as a selector that holds after a redraw. */
  #focused() {
    const element = this.#root.contains(document.activeElement) ? document.activeElement : null;
    const part = element?.closest('[data-part]')?.dataset.part;
    if (part !== undefined) return `[data-part="${part}"] summary`;
    return ['.back', '.figure'].find((selector) => element?.matches(selector));
  }

  #head({ key, state, since }) {
    const { kind, label } = partsOf(key);
    return h(
      'header',
      { class: 'head' },
      h('button', { type: 'button', class: 'back', on: { click: this.#back } }, '‹ Actors'),
      h('span', { class: 'kind', 'data-kind': kind }, shortKind(kind)),
      h('h2', {}, h('small', {}, kind), label),
      state === undefined ? null : pill(state),
      since === undefined ? null : h('span', { class: 'quiet age' }, `for ${ageOf(since)}`),
    );
  }

  #cards(actor) {
    const { explanation } = actor;
    return [
      this.#card('conditions', 'Conditions', explanation.conditions.length, conditions(explanation.conditions)),
      this.#card('mailbox', 'Mailbox', `${actor.depth} waiting`, mailbox(actor.events)),
      this.#card('involved', 'Who is involved', explanation.details.length, involved(explanation.details)),
      this.#card('questions', 'What it asked, in order', questionCount(actor.questions), questions(actor.questions)),
      this.#card('context', 'Context', '', h('pre', { class: 'context' }, JSON.stringify(actor.context, null, 2))),
    ];
  }

  #card(id, title, note, body) {
    if (body === null) return null;
    const details = h(
      'details',
      { class: 'card', 'data-part': id, open: this.#open.has(id) },
      h('summary', {}, title, h('span', { class: 'quiet' }, ` ${note}`)),
      body,
    );
    details.addEventListener('toggle', () => {
      if (details.open) this.#open.add(id);
      else this.#open.delete(id);
    });
    return details;
  }

  #refreshAge() {
    const age = this.#root.querySelector('.head .age');
    if (age !== null && this.#shown !== undefined) age.textContent = `for ${ageOf(this.#shown.since)}`;
  }
}

/** Brings the lit state into view where the chart is wider than its place. */
function showCurrent(figure) {
  const current = figure.querySelector('.current')?.getBoundingClientRect();
  const frame = figure.getBoundingClientRect();
  if (current !== undefined) figure.scrollLeft = current.x - frame.x - (frame.width - current.width) / 2;
}

function why({ explanation, questions: asked, description }) {
  const holding = asked.find(({ answer }) => answer === 'holds');
  const guard =
    holding === undefined
      ? null
      : h(
          'p',
          { class: 'quiet' },
          'held here by ',
          h('code', { class: 'guard' }, holding.guard),
          `, question ${holding.number} of ${asked.length}${description === explanation.cause ? '' : `: ${description}`}`,
        );
  return h(
    'section',
    { class: 'why', 'data-ready': String(explanation.isReady) },
    h('p', { class: 'cause' }, explanation.cause),
    guard,
  );
}

function conditions(list) {
  if (list.length === 0) return null;
  return h(
    'ul',
    { class: 'conditions' },
    ...list.map(({ type, status, reason, message }) =>
      h(
        'li',
        { 'data-status': status },
        h('b', {}, type),
        h('span', { class: 'reason' }, reason === type ? status : `${status} · ${reason}`),
        h('p', {}, message),
      ),
    ),
  );
}

/** The newest first. */
function mailbox(events) {
  return h(
    'ol',
    { class: 'events' },
    ...events
      .toReversed()
      .map(({ at, event, state, times }) =>
        h(
          'li',
          {},
          h('time', {}, timeOf(at)),
          h('span', {}, event, times > 1 ? h('span', { class: 'quiet' }, ` ×${times}`) : null),
          h('span', { class: 'quiet', title: state }, state.split('.').at(-1)),
        ),
      ),
  );
}

function involved(details) {
  if (details.length === 0) return null;
  return h('dl', { class: 'facts' }, ...details.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]));
}

function questionCount(asked) {
  return `${asked.filter(({ answer }) => answer !== 'unasked').length} of ${asked.length}`;
}

function questions(asked) {
  if (asked.length === 0) return null;
  const marks = { no: '–', holds: '●', unasked: '' };
  return h(
    'ol',
    { class: 'questions' },
    ...asked.map(({ guard, target, answer }) =>
      h(
        'li',
        { 'data-answer': answer },
        h('span', { class: 'mark', 'aria-label': answer }, marks[answer]),
        h('code', {}, guard),
        h('span', { class: 'quiet' }, target),
      ),
    ),
  );
}

function gone() {
  return h('p', { class: 'empty' }, 'This object has no actor: it is gone, or another controller serves it.');
}

export function invitation() {
  return h('p', { class: 'empty' }, 'Choose an actor to see where it stands, and why.');
}
