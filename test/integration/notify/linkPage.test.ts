import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { linkPage } from '../../../src/shared/http/links/page.ts';
import { button, focused, type LinkTabs, press, says, startLinkTabs } from '../../support/linkTabs.ts';
import { type Reader, startReader, status } from './reader.ts';

/** What the page behind a link makes of answers: a real browser, and a server that answers as a test says. */

let server: Reader;
let tabs: LinkTabs;
beforeAll(async () => {
  server = await startReader();
  tabs = await startLinkTabs();
});
afterEach(async () => {
  await tabs.closeAll();
  expect(server.answers.splice(0)).toEqual([]);
  expect(tabs.mistakes()).toEqual([]);
});
afterAll(async () => {
  await tabs[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

type Reply = readonly [status: number, body: object] | 'lost' | 'no JSON';

function reply(next: Reply): void {
  // A browser sends again what is lost on a connection that it has used before.
  const headers = { 'content-type': 'application/json', connection: 'close' };
  if (next === 'lost') server.answers.push((response) => response.destroy());
  else if (next === 'no JSON') server.answers.push(status(200, headers, '<html>'));
  else server.answers.push(status(next[0], headers, JSON.stringify(next[1])));
}

const offer = {
  title: 'Halt the rollout at 5 %?',
  sentences: ['A halt is final.'],
  facts: [{ name: 'Rollout', value: '9NBLGGH4R315' }],
  button: 'Halt for good',
};
const done = { title: 'Halted', sentences: ['The journal has your reason.'], facts: [] };
const problem = (title: string, detail: string) => ({ type: 'urn:rampart:problem:x', title, detail });

async function open(...replies: readonly Reply[]): Promise<Page> {
  const headers = { ...Object.fromEntries(new Headers({ ...linkPage.headers })), connection: 'close' };
  server.answers.push(status(200, headers, String(linkPage.body)));
  replies.forEach(reply);
  return tabs.open(`${server.url}/api/links#a.b`);
}

async function offered(...replies: readonly Reply[]): Promise<Page> {
  const page = await open([200, offer], ...replies);
  await says(page, offer.title);
  return page;
}

test('the focus follows what is said, for those who have it read out', async () => {
  const page = await offered([200, done]);
  expect(await focused(page)).toBe('title');
  await press(page, 'Halt for good', 'it eats files');
  await says(page, 'Halted');
  expect(await focused(page)).toBe('title');
});

test.each<[what: string, Reply, title: string]>([
  ['is away', 'lost', 'No answer'],
  ['is hidden behind something else', 'no JSON', 'No answer'],
  ['answers in the words of something else', [200, { message: 'sign in' }], 'No answer'],
  ['has no room', [503, problem('Not available now', 'Try again.')], 'Not available now'],
])('a link that is opened while Rampart %s can be tried again', async (_what, first, title) => {
  const page = await open(first, [200, offer]);
  await says(page, title);
  expect(await page.getByRole('button').allTextContents()).toEqual(['Try again']);
  await button(page, 'Try again').click();
  await says(page, offer.title);
  expect(await page.getByRole('button').allTextContents()).toEqual(['Halt for good']);
});

describe('the button', () => {
  test.each<[what: string, Reply, title: string, says: string]>([
    ['is done', [200, done], 'Halted', 'The journal has your reason.'],
    [
      'is not confirmed yet',
      [202, { ...done, title: 'The halt is written down' }],
      'The halt is written down',
      'reason',
    ],
    ['is of no link', [404, problem('No such link', 'Copy all of it.')], 'No such link', 'Copy all of it.'],
    ['cannot be', [409, problem('That cannot be', 'It is a draft.')], 'That cannot be', 'It is a draft.'],
    [
      'is of a used link',
      [410, problem('The link is used', 'It works once.')],
      'The link is used',
      'It works once.',
    ],
  ])('says what became of it and goes, when it %s', async (_what, answer, title, sentence) => {
    const page = await offered(answer);
    await press(page, 'Halt for good', 'fine');
    await says(page, title);
    await page.getByText(sentence).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('textbox').count()).toBe(0);
  });

  test.each<[what: string, Reply, says: string]>([
    ['a reason that cannot be', [400, problem('The input is wrong', 'x')], 'up to 500 characters'],
    ['no word', [503, problem('Nobody knows', 'It may be done.')], 'knows. It may be done.'],
    ['a mistake inside', [500, problem('Internal error', 'x')], 'Internal error'],
    ['no answer', 'lost', 'nobody can say here whether it was done'],
  ])('that meets %s can be pressed again', async (_what, first, sentence) => {
    const page = await offered(first, [200, done]);
    await press(page, 'Halt for good', 'fine');
    await page.getByRole('alert').getByText(sentence).waitFor();
    expect(await focused(page)).toBe('reason');
    await button(page, 'Halt for good').click();
    await says(page, 'Halted');
    expect(server.arrived.slice(-2).map(({ path, body }) => [path, JSON.parse(body)])).toEqual(
      Array(2).fill(['/api/links/follow', { token: 'a.b', reason: 'fine' }]),
    );
  });
});
