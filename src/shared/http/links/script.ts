import { linksPath } from '../../notify/link.ts';
import { longestReason } from '../input/commands.ts';

/**
 * The script of the page behind a link, for browsers. It is text, because its hash must be that of what is sent, whatever
 * builds the app. The token goes out of the address bar before anything else happens, and then only into bodies. What
 * comes back is shown as text and never as HTML.
 */
export const linkScript = `'use strict';
const byId = (id) => document.getElementById(id);
const title = byId('title');
const said = byId('said');
const facts = byId('facts');
const form = byId('form');
const reason = byId('reason');
const mistake = byId('mistake');
const button = byId('button');
const again = byId('again');

const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
// Another link that is pasted into this tab changes only the hash.
addEventListener('hashchange', () => location.reload());

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show(view) {
  document.title = view.title + ' – Rampart';
  title.textContent = view.title;
  said.replaceChildren(...view.sentences.map((sentence) => element('p', sentence)));
  facts.replaceChildren(
    ...view.facts.flatMap(({ name, value }) => [element('dt', name), element('dd', value)]),
  );
  facts.hidden = view.facts.length === 0;
  form.hidden = view.button === undefined;
  if (view.button !== undefined) button.textContent = view.button;
  again.hidden = true;
}

const say = (heading, ...sentences) => show({ title: heading, sentences, facts: [] });

const noAnswer = { title: 'No answer', detail: 'Rampart could not be reached. Nothing was done.' };

async function ask(what, body) {
  try {
    const answer = await fetch('${linksPath}/' + what, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
    });
    const view = await answer.json();
    // Something on the way may answer in its own words, with a status that means something else.
    if (typeof view.title === 'string') return { status: answer.status, view };
    return { status: 0, view: noAnswer };
  } catch {
    return { status: 0, view: noAnswer };
  }
}

async function offer() {
  if (token === '') {
    say(
      'The link is not whole',
      'Open it from its message, with all that stands behind the # in it. It is taken out of the address bar, so a page that is loaded again, or that came after a sign-in, has lost it.',
    );
    return;
  }
  say('One moment', 'Rampart is asked what this link would do. That alone does nothing.');
  const { status, view } = await ask('show', { token });
  if (status === 200) show(view);
  else say(view.title, view.detail);
  again.hidden = status !== 0 && status < 500;
  title.focus();
}

const ended = [200, 202, 404, 409, 410];
let busy = false;

async function follow(event) {
  event.preventDefault();
  if (busy) return;
  if (reason.value.trim() === '') return complain('Give a reason.');
  busy = true;
  mistake.textContent = '';
  const label = button.textContent;
  button.textContent = 'Working…';
  const { status, view } = await ask('follow', { token, reason: reason.value });
  busy = false;
  button.textContent = label;
  if (ended.includes(status)) {
    if (status < 300) show(view);
    else say(view.title, view.detail);
    title.focus();
  } else if (status === 400) {
    complain('Give a reason of up to ${longestReason} characters.');
  } else if (status === 0) {
    complain('No answer came, so nobody can say here whether it was done. Press again: a link never does it twice.');
  } else {
    complain(view.title + '. ' + view.detail);
  }
}

function complain(sentence) {
  mistake.textContent = sentence;
  reason.focus();
}

form.addEventListener('submit', follow);
again.addEventListener('click', offer);
offer();
`;
