import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Arrived, type Reader, startReader } from '../integration/notify/reader.ts';
import { hour } from '../support/builders.ts';
import { openScene, type Scene } from '../support/scene.ts';

/** People are told, by the whole app on the local host; the other end of the channel is a server of the test. */

const secret = Buffer.from('the-secret-of-the-webhook-channel');
let reader: Reader;
let scene: Scene;
beforeAll(async () => {
  reader = await startReader();
  const common = { url: `${reader.url}/hush` };
  scene = await openScene({
    RAMPART_CHANNELS: JSON.stringify([
      { name: 'hook', kind: 'webhook', ...common, secret: `whsec_${secret.toString('base64')}` },
      { name: 'team', kind: 'teams', ...common, events: ['halted'] },
    ]),
    RAMPART_LINKS_KEY: 'links-key-of-more-than-thirty-two-characters',
    RAMPART_PUBLIC_URL: 'https://rampart.example',
  });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
});

const linkSchema = z.object({ url: z.string().startsWith('https://rampart.example/api/links#') });
const payloadSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({
    id: z.string(),
    rolloutId: z.string(),
    percentage: z.number(),
    sentence: z.string(),
    links: z.object({ approve: linkSchema.optional(), halt: linkSchema.optional() }),
  }),
});
type Payload = z.output<typeof payloadSchema>;

const isHook = ({ headers }: Arrived): boolean => headers['webhook-id'] !== undefined;
const read = ({ body }: Arrived): Payload => payloadSchema.parse(JSON.parse(body));

/** The message to the webhook of this kind on this rollout, once it is there. */
const told = async (id: string, type: string): Promise<Payload> =>
  read(
    await reader.find((request) => {
      if (!isHook(request)) return false;
      const { type: got, data } = read(request);
      return got === type && data.rolloutId === id;
    }),
  );

type Link = { readonly url: string } | undefined;
const addressOf = (link: Link): URL => new URL(link?.url ?? 'https://none.example');
const tokenOf = (link: Link): string => addressOf(link).hash.slice(1);

/** The same path on the host that runs: the address in the setting is one of people. */
const onHost = (path: string): string => `${scene.stage.host.url}${path}`;

const jsonType = { 'content-type': 'application/json' };
const post = (what: 'show' | 'follow', body: unknown, headers: Record<string, string> = jsonType) =>
  fetch(onHost(`/api/links/${what}`), { method: 'POST', headers, body: JSON.stringify(body) });

const approving = {
  steps: [
    { percentage: 5, bake: '6h', approval: true },
    { percentage: 25, bake: '6h', approval: true },
    { percentage: 100, bake: '1d' },
  ],
};

/** A rollout whose first step has proven itself, and waits for a person. */
async function waiting() {
  const ramped = await scene.ramp(approving);
  await scene.control.advanceClock(6 * hour);
  await scene.push(ramped.id, 1, 1_000);
  await scene.control.advanceClock(1);
  await scene.tick();
  return { ...ramped, asked: await told(ramped.id, 'rollout.needsApproval') };
}

describe('a webhook', () => {
  test('is told that the rollout began, of its raise, and that the signature is ours', async () => {
    const { id } = await scene.ramp();
    expect((await told(id, 'rollout.raised')).data).toMatchObject({ percentage: 5 });
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 1, 1_000);
    await scene.control.advanceClock(1);
    await scene.tick();
    const raise = await reader.find(
      (request) => isHook(request) && request.body.includes(id) && read(request).data.percentage === 25,
    );
    expect(read(raise)).toMatchObject({ type: 'rollout.raised', data: { rolloutId: id } });
    const {
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = raise.headers;
    const signed = createHmac('sha256', secret)
      .update(`${webhookId}.${timestamp}.${raise.body}`)
      .digest('base64');
    expect(signature).toBe(`v1,${signed}`);
  });

  test('is told of a halt when it is intended and when it is done, and Teams of the latter', async () => {
    const { id } = await scene.ramp();
    await scene.control.advanceClock(hour);
    await scene.push(id, 30, 1_000);
    await scene.tick();
    expect((await told(id, 'rollout.halting')).data.sentence).toMatch(/^Halting at 5 %, because of launches/);
    expect((await told(id, 'rollout.halted')).data.sentence).toMatch(/The Store shows the rollout stopped/);
    const card = await reader.find((request) => !isHook(request) && request.body.includes(id));
    expect(JSON.parse(card.body)).toMatchObject({ type: 'message' });
    expect(card.body).toContain('The Store shows the rollout stopped');
  });
});

describe('a link', () => {
  test('that is only previewed leads to the page that all lead to, and does nothing', async () => {
    const { id, asked } = await waiting();
    const before = await scene.api.rollout(id);
    const pages = new Set<string>();
    for (const link of [asked.data.links.approve, asked.data.links.halt]) {
      const page = await fetch(onHost(addressOf(link).pathname));
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      pages.add(await page.text());
    }
    expect(pages.size).toBe(1);
    await scene.tick();
    expect(await scene.api.rollout(id)).toEqual(before);
  });

  test('approves nothing once its step is left', async () => {
    const { id, asked } = await waiting();
    await scene.api.send('POST', `rollouts/${id}/approve`, { reason: 'by hand' });
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 25 });
    const token = tokenOf(asked.data.links.approve);
    const answer = await post('follow', { token, reason: 'too late' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status: 410,
      detail: expect.stringContaining('has left the step'),
    });
    expect((await scene.api.journal(id)).filter(({ subject }) => subject === 'approve')).toHaveLength(1);
  });

  test('wants a reason, in JSON that says what it is', async () => {
    const { id, asked } = await waiting();
    const token = tokenOf(asked.data.links.halt);
    for (const reason of ['', '  ', 'x'.repeat(501), undefined])
      expect((await post('follow', { token, reason })).status).toBe(400);
    expect((await post('follow', { token, reason: 'x'.repeat(10_000) })).status).toBe(413);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('follow', { token, reason: 'x' }, form)).status).toBe(415);
    // fetch names no type for a body of bytes, and so does the page of another site.
    const body = new Blob([JSON.stringify({ token, reason: 'x' })]);
    expect((await fetch(onHost('/api/links/follow'), { method: 'POST', body })).status).toBe(415);
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'ramping' });
  });

  test.each(['', 'x', 'a.b', `${'A'.repeat(200)}.${'A'.repeat(43)}`, '../..', '\0', '__proto__.constructor'])(
    'that nobody made is none: %j',
    async (token) => {
      for (const [what, body] of [
        ['show', { token }],
        ['follow', { token, reason: 'x' }],
      ] as const)
        expect(await (await post(what, body)).json()).toMatchObject({
          type: 'urn:rampart:problem:no-such-link',
          status: 404,
        });
    },
  );

  test('is no path, under which a server would write it down', async () => {
    for (const method of ['GET', 'POST'])
      expect((await fetch(onHost('/api/links/payload.signature'), { method })).status).toBe(404);
  });
});

test('neither the address of a channel nor a link is in the log', () => {
  const log = scene.stage.host.logs().join('\n');
  const links = reader.arrived.flatMap(({ body }) => body.match(/(?<=api\/links#)[\w.-]+/g) ?? []);
  expect(links.length).toBeGreaterThan(5);
  for (const hidden of ['/hush', secret.toString('base64'), ...links]) expect(log).not.toContain(hidden);
});
