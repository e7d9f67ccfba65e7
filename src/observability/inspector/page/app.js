import { Actor, invitation } from './actor.js';
import { addressOf, byId } from './dom.js';
import { List } from './list.js';
import { Log } from './log.js';
import { Pool } from './pool.js';
import { Store } from './store.js';

const views = ['actors', 'pool', 'log'];
const store = new Store();
const goTo = (key) => {
  location.hash = addressOf(key);
};
const back = () => {
  location.hash = '#/actors';
};
const actor = new Actor(store, back);
const list = new List(store, goTo);
const pool = new Pool(store, goTo);
const log = new Log(store, goTo);

/** The address says what is shown: `#/actors/KIND/NAMESPACE/NAME`, `#/pool`, `#/log`. */
function route() {
  const [, view = 'actors', ...rest] = decodeURI(location.hash).split('/');
  const shown = views.includes(view) ? view : 'actors';
  for (const name of views) {
    byId(`view-${name}`).hidden = name !== shown;
    byId(`tab-${name}`).setAttribute('aria-selected', String(name === shown));
  }
  pool.show(shown === 'pool');
  log.show(shown === 'log');
  if (shown !== 'actors') return;
  const key = rest.join('/');
  document.body.classList.toggle('has-actor', key !== '');
  actor.show(key);
  list.mark(key);
}

function showStatus() {
  const { controllerName = '', role = '', unread = [] } = store.status;
  byId('controller').textContent = controllerName;
  const badge = byId('role');
  badge.textContent = role;
  badge.dataset.role = role;
  const notice = byId('notice');
  const texts = {
    standby: 'This replica stands by: another one leads. Its actors look, and do nothing.',
    starting: `Reading the cluster. ${unread.join(', ')}`,
  };
  const text = texts[role] ?? (unread.length > 0 ? unread.join(', ') : '');
  notice.textContent = text;
  notice.hidden = text === '';
}

function showLink() {
  const link = byId('link');
  const texts = { connecting: 'connecting', live: 'live', lost: 'reconnecting' };
  link.textContent = texts[store.link];
  link.dataset.link = store.link;
}

const keys = {
  '/': () => {
    show('actors');
    list.focusFilter();
  },
  1: () => show('actors'),
  2: () => show('pool'),
  3: () => show('log'),
  j: () => list.move(1),
  k: () => list.move(-1),
  p: () => log.toggle(),
  '?': () => byId('help').showModal(),
};

function show(view) {
  const isActors = view === 'actors' && actor.key !== '';
  location.hash = isActors ? addressOf(actor.key) : `#/${view}`;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId('help').open) return;
  const isTyping = event.target.matches('input, select, textarea');
  if (event.key === 'Escape') {
    if (isTyping) {
      list.clearFilter();
      list.focus();
    } else if (document.body.classList.contains('has-actor') && !byId('view-actors').hidden) {
      back();
      list.focus();
    } else list.clearFilter();
    return;
  }
  if (event.key === 'Enter' && event.target.id === 'list') actor.focus();
  if (isTyping && event.key === 'Enter') list.focus();
  const act = isTyping ? undefined : keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

for (const view of views) byId(`tab-${view}`).addEventListener('click', () => show(view));
byId('help-open').addEventListener('click', () => byId('help').showModal());
store.addEventListener('status', showStatus);
store.addEventListener('link', showLink);
addEventListener('hashchange', route);
byId('actor').replaceChildren(invitation());
route();
store.connect();
