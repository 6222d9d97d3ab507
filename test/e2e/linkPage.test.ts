import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writeLink } from '../../src/shared/notify/link.ts';
import { type Reader, startReader } from '../integration/notify/reader.ts';
import { hour } from '../support/builders.ts';
import { type HoldingProxy, startHoldingProxy } from '../support/holdingProxy.ts';
import { button, giveReason, type LinkTabs, press, says, startLinkTabs } from '../support/linkTabs.ts';
import { openScene, type Scene } from '../support/scene.ts';

/** The links of messages in a real browser, which talks to the whole app on the local host. */

const linksKey = 'links-key-of-more-than-thirty-two-characters';
const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script> & 'more' ${'x'.repeat(120)}`;

let reader: Reader;
let scene: Scene;
/** Stands before the host, and knows every address that was asked for. */
let proxy: HoldingProxy;
let tabs: LinkTabs;
beforeAll(async () => {
  reader = await startReader();
  const secret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;
  scene = await openScene({
    RAMPART_CHANNELS: JSON.stringify([{ name: 'hook', kind: 'webhook', url: reader.url, secret }]),
    RAMPART_LINKS_KEY: linksKey,
    RAMPART_PUBLIC_URL: 'https://rampart.example',
  });
  proxy = await startHoldingProxy(scene.stage.host.url);
  tabs = await startLinkTabs();
});
afterAll(async () => {
  await tabs[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
});

afterEach(async () => {
  await tabs.closeAll();
  expect(tabs.mistakes()).toEqual([]);
});

const addressOf = (token: string): string => `${proxy.origin}/api/links#${token}`;
const open = (token: string): Promise<Page> => tabs.open(addressOf(token));

const asked = (what: string): number => proxy.passed(({ url }) => url === `/api/links/${what}`);

const linkSchema = z
  .object({ url: z.string().startsWith('https://rampart.example/api/links#') })
  .transform(({ url }) => new URL(url).hash.slice(1));
const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    rolloutId: z.string(),
    sentence: z.string(),
    links: z.object({ approve: linkSchema.default(''), halt: linkSchema.default('') }),
  }),
});

/** The message of this kind on this rollout: its sentence, and the tokens of its links. */
async function told(id: string, type: string) {
  const { body } = await reader.find(
    ({ body }) => body.includes(`"${type}"`) && messageSchema.parse(JSON.parse(body)).data.rolloutId === id,
  );
  const { sentence, links } = messageSchema.parse(JSON.parse(body)).data;
  return { sentence, ...links };
}

/** A rollout whose first step has proven itself, and waits for a person. */
async function waiting() {
  const ramped = await scene.ramp({
    steps: [
      { percentage: 5, bake: '6h', approval: true },
      { percentage: 100, bake: '1d' },
    ],
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(ramped.id, 1, 1_000);
  await scene.control.advanceClock(1);
  await scene.tick();
  return { ...ramped, ...(await told(ramped.id, 'rollout.needsApproval')) };
}

const commandsOf = async (id: string) =>
  (await scene.api.journal(id)).filter(({ kind, subject }) => kind === 'command' && subject !== 'start');

describe('a link that is opened', () => {
  test('says what it would do, and does nothing', async () => {
    const { id, sentence, approve, halt } = await waiting();
    const before = await scene.api.rollout(id);
    const approving = await open(approve);
    await says(approving, 'Approve going on from 5 %?');
    expect(await approving.title()).toBe('Approve going on from 5 %? – Rampart');
    await approving.getByText('The rollout may leave this step.').waitFor();
    await approving.getByText(sentence, { exact: true }).waitFor();
    await button(approving, 'Approve').waitFor();
    const halting = await open(halt);
    await says(halting, 'Halt the rollout at 5 %?');
    await halting.getByText('A halt is final').waitFor();
    await button(halting, 'Halt for good').waitFor();
    await scene.tick();
    expect(await scene.api.rollout(id)).toEqual(before);
    expect(await commandsOf(id)).toEqual([]);
  });

  test('leaves the address bar, and stands in no path, query or header', async () => {
    const { halt } = await waiting();
    const page = await tabs.open('about:blank');
    const headers: Promise<Record<string, string>>[] = [];
    page.on('request', (request) => headers.push(request.allHeaders()));
    await page.goto(addressOf(halt));
    await says(page, 'Halt the rollout at 5 %?');
    expect(page.url()).toBe(`${proxy.origin}/api/links`);
    expect(proxy.passed(({ url, body }) => url === '/api/links/show' && body.includes(halt))).toBe(1);
    expect(proxy.passed(({ url }) => !/^\/api\/links(\/show|\/follow)?$/.test(url))).toBe(0);
    expect(headers).toHaveLength(2);
    expect(JSON.stringify(await Promise.all(headers))).not.toContain(halt);
    await page.reload();
    await says(page, 'The link is not whole');
  });

  test('runs and looks as it was sent, and nothing else runs, loads or shows in it', async () => {
    const { halt } = await waiting();
    const page = await open(halt);
    await says(page, 'Halt the rollout at 5 %?');
    expect(await page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")).toBe('608px');
    await page.evaluate(`(() => {
      const foreign = document.createElement('div');
      foreign.innerHTML = '<img src="/api/links"><p style="color:red" onclick="foreign = 1"></p><style>p{color:red}</style><iframe src="/api/links"></iframe>';
      const script = document.createElement('script');
      script.textContent = 'foreign = 1';
      document.body.append(foreign, script);
      foreign.querySelector('p').click();
    })()`);
    const elsewhere = `fetch('${scene.stage.simulator.url}').then(() => 'sent', () => 'refused')`;
    expect(await page.evaluate(elsewhere)).toBe('refused');
    expect(await page.evaluate('typeof foreign')).toBe('undefined');
    const refused = tabs.mistakes().join('\n');
    for (const directive of ['script-src', 'style-src', 'connect-src', 'img-src', 'frame-src'])
      expect(refused).toContain(directive);
  });

  test('without scripts says what to do instead', async () => {
    const page = await tabs.open(addressOf('a.b'), { javaScriptEnabled: false });
    expect(await page.locator('noscript p').innerText()).toMatch(/^This page needs JavaScript/);
    expect(await page.getByRole('button').count()).toBe(0);
  });

  test('and was forged, or has expired, says so', async () => {
    const { id: rolloutId, halt } = await waiting();
    const forged = halt.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));
    const expired = writeLink(
      { rolloutId, action: 'halt', sequence: 1, channel: 'hook', expires: 1 },
      linksKey,
    );
    for (const [token, title] of [
      [forged, 'No such link'],
      ['nonsense', 'No such link'],
      [expired, 'The link has expired'],
    ] as const) {
      const page = await open(token);
      await says(page, title);
      expect(await page.getByRole('button').count()).toBe(0);
    }
    expect(await commandsOf(rolloutId)).toEqual([]);
  });

  test('takes the place of the one that was open when it is pasted over it', async () => {
    const { approve, halt } = await waiting();
    const page = await open(approve);
    await says(page, 'Approve going on from 5 %?');
    await giveReason(page, 'all is well');
    await page.goto(addressOf(halt));
    await says(page, 'Halt the rollout at 5 %?');
    expect(page.url()).toBe(`${proxy.origin}/api/links`);
    expect(await page.getByLabel('Why?').inputValue()).toBe('');
  });

  test('shows what came from outside as text', async () => {
    const { id } = await scene.ramp();
    await scene.api.send('POST', `rollouts/${id}/pause`, { reason: hostile });
    await scene.tick();
    const { halt, sentence } = await told(id, 'rollout.held');
    expect(sentence).toContain(hostile);
    const page = await open(halt);
    await page.getByText(sentence, { exact: true }).waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  test('is light or dark, as its reader likes', async () => {
    const page = await open('a.b');
    const ground = 'getComputedStyle(document.body).backgroundColor';
    for (const [colorScheme, colour] of [
      ['light', 'rgb(244, 244, 246)'],
      ['dark', 'rgb(19, 19, 22)'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(ground)).toBe(colour);
    }
  });
});

describe('the button', () => {
  test('approves once, however often and wherever it is pressed', async () => {
    const { id, approve } = await waiting();
    const [first, second] = [await open(approve), await open(approve)];
    for (const page of [first, second]) await giveReason(page, 'looks fine');
    const before = asked('follow');
    const held = proxy.hold('before', ({ url }) => url === '/api/links/follow');
    await button(first, 'Approve').click();
    await held.reached;
    await button(first, 'Working…').click();
    await first.keyboard.press('Enter');
    held.release();
    await says(first, 'Approved');
    expect(asked('follow') - before).toBe(1);
    expect(await first.getByRole('button').count()).toBe(0);
    await button(second, 'Approve').click();
    await says(second, 'The link is used');
    await says(await open(approve), 'The link is used');
    expect(await commandsOf(id)).toMatchObject([
      { subject: 'approve', actor: 'key', by: 'link hook', sentence: 'looks fine' },
    ]);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 100 });
  });

  test('halts by keyboard alone, and a hostile reason stays text', async () => {
    const { halt, ...submitted } = await waiting();
    const page = await open(halt);
    await says(page, 'Halt the rollout at 5 %?');
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(hostile);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says(page, 'Halted');
    await page.getByText(hostile).waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await scene.storeSays(submitted)).toMatchObject({ status: 'PackageRolloutStopped' });
  });

  test('asks nothing without a reason', async () => {
    const { id, halt } = await waiting();
    const page = await open(halt);
    const before = asked('follow');
    await button(page, 'Halt for good').click();
    await press(page, 'Halt for good', '  \n');
    await page.getByText('Give a reason.', { exact: true }).waitFor();
    expect(asked('follow')).toBe(before);
    expect(await commandsOf(id)).toEqual([]);
  });
});

test('no log has a link', () => {
  const links = reader.arrived.flatMap(({ body }) => body.match(/(?<=api\/links#)[\w.-]+/g) ?? []);
  expect(links.length).toBeGreaterThan(5);
  const log = scene.stage.host.logs().join('\n');
  for (const link of links) expect(log).not.toContain(link);
});
