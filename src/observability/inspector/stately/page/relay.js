/**
 * Hands on what the controller tells to the Stately inspector in the frame. It attaches when the inspector says that it
 * listens, not before: the controller tells everything there is to who attaches, so that nothing has to be kept here.
 */
const inspectorOrigin = 'https://stately.ai';
const retryMs = 2000;

const frame = Object.assign(document.createElement('iframe'), {
  id: 'inspector',
  title: 'Stately inspector',
  src: `${inspectorOrigin}/inspect`,
  // It may do everything but lead this page somewhere else.
  sandbox: 'allow-scripts allow-same-origin allow-forms allow-popups',
});
const link = document.getElementById('link');
let socket;
let retry;

function say(state) {
  link.dataset.link = state;
  link.textContent = state;
}

function attach() {
  clearTimeout(retry);
  // Whom nobody needs any more must not be taken for one that was lost.
  if (socket !== undefined) socket.onclose = null;
  socket?.close();
  const url = new URL('/stately', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  socket = new WebSocket(url);
  socket.onopen = () => say('live');
  socket.onmessage = ({ data }) => frame.contentWindow.postMessage(JSON.parse(data), inspectorOrigin);
  socket.onclose = () => {
    say('lost');
    retry = setTimeout(attach, retryMs);
  };
}

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin !== inspectorOrigin || source !== frame.contentWindow) return;
  if (data?.type === '@statelyai.connected') attach();
});
document.body.append(frame);
