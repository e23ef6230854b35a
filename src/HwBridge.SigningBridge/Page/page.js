// Shows what the bridge tells; all of it as text. The link's token is good once: it is changed for one that only this page has.
'use strict';
const words = {
  waiting: 'waits', onDevice: 'on the device: compare and confirm there', signed: 'signed', rejected: 'rejected on the device',
  failed: 'failed', abandoned: 'given up by the program that asked',
};
const state = document.getElementById('state');
const list = document.getElementById('requests');

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function show(requests) {
  list.replaceChildren(...requests.map((request) => {
    const item = element('li', '', request.status);
    const place = request.position > 0 ? `, ${request.position} before it` : '';
    item.append(
      element('h2', `#${request.number} ${request.title}`),
      element('p', `${request.caller}, ${request.method}: ${words[request.status]}${place}${request.reason ? `: ${request.reason}` : ''}`, 'who'),
      element('pre', request.lines.join('\n')));
    return item;
  }));
}

async function ask(path, body, token) {
  const answer = await fetch(path, {
    method: 'POST', cache: 'no-store', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  return answer.json();
}

async function run() {
  const link = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const { session } = await ask('/page/session', { link });
  state.textContent = 'connected';
  for (let after = -1; ;) {
    const seen = await ask('/page/requests', { after }, session);
    after = seen.version;
    show(seen.requests);
  }
}

run().catch((error) => { state.textContent = `not connected: ${error.message}`; });
