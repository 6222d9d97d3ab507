import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/shared/notify/channel.ts';
import { createPost, postTimeoutMs } from '../../../src/shared/notify/post.ts';
import { retries } from '../../../src/shared/notify/retry.ts';
import type { Key } from '../../../src/shared/state/rows.ts';
import { leaseMs, sendNotification } from '../../../src/shared/usecases/notify/sendNotification.ts';
import { type Desk, everything, linksKey, openDesk, rowsOf, webhookSecret } from './desk.ts';
import { portOf, type Reader, startReader, status } from './reader.ts';

let reader: Reader;
let desk: Desk;
const hook = (url: string): Channel => ({ kind: 'webhook', name: 'hook', url, secret: webhookSecret });
const slack = (url: string): Channel => ({ kind: 'slack', name: 'team', url });

beforeEach(async () => {
  reader = await startReader();
  desk = await openDesk([hook(`${reader.url}/in/hush`)]);
});
afterEach(async () => {
  await reader[Symbol.asyncDispose]();
});

async function only(of = desk): Promise<Key> {
  const [key] = await of.tell();
  if (!key) throw new Error('Nobody is told.');
  return key;
}
const open = async (key: Key, of = desk) => (await rowsOf(of, key.partitionKey, 'outbox'))[0];
const ended = async (key: Key, of = desk) => (await rowsOf(of, key.partitionKey, 'told'))[0];
const delays = () => desk.queue.sent.map(({ delayMs }) => delayMs).filter((ms) => ms > 0);

describe('a message', () => {
  test('is posted, and closed', async () => {
    const key = await only();
    await desk.deliver(key);
    expect(reader.arrived).toHaveLength(1);
    expect(await open(key)).toBeUndefined();
    expect(await ended(key)).toMatchObject({
      state: 'sent',
      attempts: 1,
      channel: 'hook',
      outcome: 'answered 204',
    });
    expect(desk.log.infos.at(-1)).toMatch(/\.1: the channel hook is told \(held\)\.$/);
  });

  test('is signed so that its reader can check it', async () => {
    await desk.deliver(await only());
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = reader.arrived;
    expect(path).toBe('/in/hush');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', 'the-secret-of-the-webhook-channel')
      .update(signed)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(headers['webhook-timestamp']).toBe(String(desk.time.ms / 1_000));
  });

  test('has links that were made for it', async () => {
    await desk.deliver(await only());
    expect(JSON.parse(reader.arrived[0]?.body ?? '')).toMatchObject({
      data: {
        links: {
          halt: { url: expect.stringMatching(/^https:\/\/rampart\.example\/api\/links#[\w-]+\.[\w-]{43}$/) },
        },
      },
    });
  });

  test('is sent once, however many take it at once', async () => {
    const key = await only();
    await Promise.all(Array.from({ length: 5 }, () => desk.deliver(key)));
    expect(reader.arrived).toHaveLength(1);
  });

  test('is sent once, however often the queue repeats it', async () => {
    const key = await only();
    for (let times = 0; times < 3; times++) await desk.deliver(key);
    expect(reader.arrived).toHaveLength(1);
  });

  test('is taken by nobody else while it is being sent', async () => {
    const key = await only();
    const answered = Promise.withResolvers<void>();
    reader.answers.push((response) => void answered.promise.then(() => response.writeHead(204).end()));
    const arrived = reader.next();
    const sending = desk.deliver(key);
    await arrived;
    desk.time.ms += leaseMs - 1;
    await desk.deliver(key);
    answered.resolve();
    await sending;
    expect(reader.arrived).toHaveLength(1);
  });
});

describe('a message that does not come through', () => {
  test('is tried again, ever more slowly, until it does', async () => {
    const key = await only();
    reader.answers.push(status(503), status(500), status(429));
    for (const wait of [5_000, 20_000, 80_000]) {
      await desk.deliver(key);
      expect(delays().at(-1)).toBe(wait);
      desk.time.ms += wait - 1;
      await desk.deliver(key);
      desk.time.ms += 1;
    }
    expect(reader.arrived).toHaveLength(3);
    await desk.deliver(key);
    expect(await ended(key)).toMatchObject({ state: 'sent', attempts: 4 });
    const ids = new Set(reader.arrived.map(({ headers }) => headers['webhook-id']));
    expect([ids.size, reader.arrived.length]).toEqual([1, 4]);
  });

  test('waits as long as a 429 asks for', async () => {
    const key = await only();
    reader.answers.push(status(429, { 'retry-after': '1234' }, 'hush'));
    await desk.deliver(key);
    expect(await open(key)).toMatchObject({
      state: 'pending',
      lastOutcome: 'answered 429',
      mayRepeat: false,
      nextAttemptAt: new Date(desk.time.ms + 1_234_000).toISOString(),
    });
  });

  test.each([400, 401, 404, 410, 413])('is dead after a %i, and the log says so', async (code) => {
    const key = await only();
    reader.answers.push(status(code, {}, 'hush'));
    await desk.deliver(key);
    expect(await open(key)).toBeUndefined();
    expect(await ended(key)).toMatchObject({
      state: 'dead',
      outcome: `answered ${code}`,
      notice: expect.stringContaining('Lunch.'),
    });
    expect(desk.log.errors).toEqual([
      expect.stringMatching(
        new RegExp(
          `the channel hook was not told \\(held\\): it answered ${code}, after 1 attempts\\. Lunch\\.$`,
        ),
      ),
    ]);
  });

  test('is dead after a redirect, which is not followed', async () => {
    await using elsewhere = await startReader();
    const key = await only();
    reader.answers.push(status(307, { location: `${elsewhere.url}/here` }));
    await desk.deliver(key);
    expect(elsewhere.arrived).toEqual([]);
    expect(await ended(key)).toMatchObject({ state: 'dead', outcome: 'answered 307' });
  });

  test('is given up after three days', async () => {
    const key = await only();
    reader.answers.push(status(503), status(503));
    await desk.deliver(key);
    desk.time.ms += retries.giveUpAfter;
    await desk.deliver(key);
    expect(await ended(key)).toMatchObject({ state: 'dead', attempts: 2, outcome: 'answered 503' });
    expect(desk.log.errors).toHaveLength(1);
  });

  test('waits for a channel that is gone from the settings, because it may come back', async () => {
    const key = await only();
    const channels = new Map();
    const without = { ...desk.notifications, channels };
    await sendNotification({ notifications: without, runtime: desk.runtime }, key, desk.log);
    expect(await open(key)).toMatchObject({
      state: 'pending',
      lastOutcome: 'is not among the settings',
      mayRepeat: false,
    });
  });

  test('waits when nobody listens, and surely did not arrive', async () => {
    const server = createServer();
    const port = await portOf(server);
    server.close();
    await once(server, 'close');
    desk = await openDesk([slack(`http://127.0.0.1:${port}/hush`)]);
    const key = await only();
    await desk.deliver(key);
    expect(await open(key)).toMatchObject({
      lastOutcome: 'could not be reached (ECONNREFUSED)',
      mayRepeat: false,
    });
  });

  test('waits when its queue is out of order: the timer finds it', async () => {
    const key = await only();
    desk.queue.failure = new Error('hush');
    reader.answers.push(status(503));
    await desk.deliver(key);
    expect(await open(key)).toMatchObject({ state: 'pending' });
    expect(desk.log.infos.at(-1)).toBe(
      'The queue of notifications could not be reached; the timer goes on with it.',
    );
  });
});

describe('when nobody knows whether it arrived', () => {
  const textOf = (index: number) => reader.arrived[index]?.body ?? '';

  beforeEach(async () => {
    desk = await openDesk([slack(`${reader.url}/hush`)]);
  });

  test('because the connection was dropped, the repeat says that it may be one', async () => {
    const key = await only();
    reader.answers.push((response) => response.destroy());
    await desk.deliver(key);
    expect(await open(key)).toMatchObject({
      mayRepeat: true,
      lastOutcome: expect.stringMatching(/^could not be reached/),
    });
    desk.time.ms += 5_000;
    await desk.deliver(key);
    expect(textOf(0)).not.toContain('may be a repeat');
    expect(textOf(1)).toContain('may be a repeat');
    expect(textOf(1)).toContain(textOf(0).match(/9DESK[\w.-]+\.1/)?.[0]);
  });

  test('because no answer came in time, likewise', async () => {
    const giveUp = new AbortController();
    const asked: number[] = [];
    const timeout = (ms: number) => {
      asked.push(ms);
      return giveUp.signal;
    };
    desk = await openDesk([slack(reader.url)], { post: createPost({ ...desk.runtime, timeout }) });
    const key = await only();
    reader.answers.push(() => giveUp.abort());
    await desk.deliver(key);
    expect(asked).toEqual([postTimeoutMs]);
    expect(await open(key)).toMatchObject({ mayRepeat: true, lastOutcome: 'did not answer in time' });
  });

  test('because the sender died between the POST and its mark, likewise', async () => {
    const key = await only();
    const { outbox } = desk.notifications;
    const died = new Error('the process died');
    const dying = { ...desk.notifications, outbox: { ...outbox, close: () => Promise.reject(died) } };
    const dead = sendNotification({ notifications: dying, runtime: desk.runtime }, key, desk.log);
    await expect(dead).rejects.toThrow(died);
    expect(await open(key)).toMatchObject({ state: 'sending', attempts: 1 });
    await desk.deliver(key);
    expect(reader.arrived).toHaveLength(1);
    desk.time.ms += leaseMs;
    await desk.deliver(key);
    expect(textOf(1)).toContain('may be a repeat');
    expect(await ended(key)).toMatchObject({ state: 'sent', attempts: 2, mayRepeat: true });
  });

  test('because the sender slept through its lease, the one that took over has the last word', async () => {
    const key = await only();
    const answered = Promise.withResolvers<void>();
    reader.answers.push((response) => void answered.promise.then(() => response.writeHead(503).end()));
    const arrived = reader.next();
    const slow = desk.deliver(key);
    await arrived;
    desk.time.ms += leaseMs;
    await desk.deliver(key);
    answered.resolve();
    await slow;
    expect(reader.arrived).toHaveLength(2);
    expect(await ended(key)).toMatchObject({ state: 'sent', attempts: 2 });
    expect(await open(key)).toBeUndefined();
    expect(desk.log.infos.at(-1)).toMatch(/Their attempt stands\.$/);
  });
});

test('an answer is read no further than its bound', async () => {
  desk = await openDesk([slack(reader.url)]);
  const closed = Promise.withResolvers<void>();
  reader.answers.push((response) => {
    response.writeHead(200);
    response.on('close', closed.resolve);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const key = await only();
  await desk.deliver(key);
  await closed.promise;
  expect(await ended(key)).toMatchObject({ state: 'sent' });
});

test('no URL, secret or link is in any table, log line or queue', async () => {
  desk = await openDesk([hook(`${reader.url}/hush`), slack(`${reader.url}/hush`)]);
  reader.answers.push(status(503, {}, 'hush'), status(404, {}, 'hush'), (response) => response.destroy());
  for (const key of [...(await desk.tell()), ...(await desk.tell())]) {
    await desk.deliver(key);
    desk.time.ms += 60_000;
    await desk.deliver(key);
  }
  const links = reader.arrived.flatMap(({ body }) => body.match(/(?<=api\/links#)[\w.-]+/g) ?? []);
  expect(links.length).toBeGreaterThan(3);
  const written = [
    await everything(desk),
    ...desk.log.infos,
    ...desk.log.errors,
    JSON.stringify(desk.queue.sent),
  ].join('\n');
  expect(written).toContain('Lunch.');
  for (const secret of [
    'hush',
    reader.url,
    webhookSecret,
    linksKey,
    ...links.map((link) => link.split('.')[1] ?? link),
  ])
    expect(written).not.toContain(secret);
});
