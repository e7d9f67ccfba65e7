import { setServerTime } from './dom.js';

/**
 * What the controller told: all actors, the last transitions, the state of the link. The stream begins anew after each
 * break; what was known stays on the page until the new picture is whole, so that nothing flickers.
 */
export class Store extends EventTarget {
  /** Rows by key: `{ key, state, since, event, at, times, text }`. */
  rows = new Map();
  /** The newest last. */
  log = [];
  dropped = 0;
  status = {};
  link = 'connecting';
  isWhole = false;
  #stale = new Set();
  #source;

  connect() {
    this.#source?.close();
    const source = new EventSource('events');
    this.#source = source;
    const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    on('hello', (data) => this.#hello(data));
    on('status', (data) => this.#takeStatus(data));
    on('rows', (data) => this.#takeRows(data));
    on('reset', () => this.#reset());
    on('log', (data) => this.#takeLog(data));
    on('pool', () => this.#tell('pool'));
    source.addEventListener('error', () => {
      this.#setLink('lost');
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 2000);
    });
  }

  #hello({ now }) {
    setServerTime(now);
    this.#reset();
    this.#setLink('live');
    this.#tell('hello');
  }

  #reset() {
    this.isWhole = false;
    this.#stale = new Set(this.rows.keys());
  }

  #takeStatus(status) {
    this.status = status;
    this.#tell('status');
  }

  #takeRows({ rows, gone, left }) {
    const changed = new Set(gone);
    for (const [key, state, since, event, at, times] of rows) {
      changed.add(key);
      this.#stale.delete(key);
      this.rows.set(key, { key, state, since, event, at, times, text: `${key} ${state} ${event}`.toLowerCase() });
    }
    for (const key of gone) this.rows.delete(key);
    if (left === 0) {
      for (const key of this.#stale) {
        this.rows.delete(key);
        changed.add(key);
      }
      this.#stale.clear();
      this.isWhole = true;
    }
    this.#tell('rows', changed);
  }

  #takeLog({ entries, dropped }) {
    this.log.push(...entries);
    if (this.log.length > 2000) this.log.splice(0, this.log.length - 2000);
    this.dropped += dropped;
    this.#tell('log', entries);
  }

  #setLink(link) {
    if (this.link === link) return;
    this.link = link;
    this.#tell('link');
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
