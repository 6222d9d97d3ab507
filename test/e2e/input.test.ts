import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../support/api.ts';
import { policyDocument } from '../support/builders.ts';
import { forFile } from '../support/forFile.ts';
import { refusalOf } from '../support/refusals.ts';
import { openScene } from '../support/scene.ts';

const scene = await forFile(openScene());
const submitted = await scene.submit();
const { id } = await scene.start(submitted);
const refused = (status: number, ...request: Parameters<typeof scene.api.send>) =>
  refusalOf(scene.api, status, ...request);
const unknownId = '9NBLGGH4R315.production.1152921504621086517';

describe('once it is there', () => {
  const wish = (change: object = {}) => ({ ...submitted, policy: policyDocument(), ...change });

  test('starting it again with the same policy is 200, with another 409', async () => {
    const again = await scene.api.send('POST', 'rollouts', wish());
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id });
    const document = await refused(409, 'POST', 'rollouts', { ...submitted, policyName: 'fast' });
    expect(document.detail).toContain('exists already, under another policy ("test")');
  });

  test('a policy written in other words is the same', async () => {
    const steps = [
      { percentage: 5, bake: '360m' },
      { percentage: 25, bake: '12h', approval: false },
      { percentage: 100, bake: '24h' },
    ];
    expect(
      (await scene.api.send('POST', 'rollouts', wish({ policy: policyDocument({ steps }) }))).status,
    ).toBe(200);
  });

  test('an id in capitals is the same flight', async () => {
    expect(
      (await scene.api.send('POST', 'rollouts', wish({ flightId: submitted.flightId.toUpperCase() }))).status,
    ).toBe(200);
  });

  test.each<[string, unknown, string]>([
    ['no reason', {}, 'reason is missing'],
    ['an empty reason', { reason: '  ' }, 'reason must not be empty'],
    ['a misspelt key', { reson: 'x' }, 'reson is not a known key; did you mean "reason"?'],
    ['nothing', undefined, 'The body is not JSON'],
  ])('a command with %s is refused, and nothing is done', async (_, body, says) => {
    expect((await refused(400, 'POST', `rollouts/${id}/halt`, body)).said).toContain(says);
    expect((await scene.api.rollout(id)).phase).toBe('awaitingPublication');
  });

  const sample = {
    signal: 'launch',
    start: '2026-02-02T00:00:00Z',
    end: '2026-02-02T01:00:00Z',
    candidate: { failed: 1, exposed: 2 },
  };
  test.each<[string, object, string]>([
    [
      'a signal that nobody reads',
      { signal: 'lunch' },
      'samples[0].signal "lunch" is read by no check of the policy; it reads launch',
    ],
    ['an end before its start', { end: '2026-02-01T01:00:00Z' }, 'samples[0].end must be after the start'],
    [
      'two days in one interval',
      { end: '2026-02-04T00:00:00Z' },
      'samples[0].end must be within 25 hours of the start',
    ],
    [
      'more failed than exposed',
      { candidate: { failed: 3, exposed: 2 } },
      'samples[0].candidate has more failed than exposed',
    ],
    [
      'a negative count',
      { candidate: { failed: -3, exposed: 2 } },
      'samples[0].candidate.failed must be at least 0',
    ],
    ['no time', { start: 'yesterday' }, 'samples[0].start'],
    [
      'a value where a rate is limited',
      { candidate: { value: 3 } },
      'samples[0].candidate is a value; the checks of "launch" limit a rate',
    ],
    [
      'a time that is yet to come',
      { start: '2027-01-01T00:00:00Z', end: '2027-01-01T01:00:00Z' },
      'samples[0].end is in the future',
    ],
    ['a name too long for a key', { source: '漢'.repeat(30) }, 'samples[0].source is longer than 64 bytes'],
    [
      'a misspelt key',
      { candidate: { faild: 3, exposed: 2 } },
      'samples[0].candidate.faild is not a known key; did you mean "failed"?',
    ],
  ])('a sample with %s is refused', async (_, change, says) => {
    const samples = [{ ...sample, ...change }];
    expect((await refused(400, 'POST', `rollouts/${id}/samples`, { samples })).said).toContain(says);
  });

  test('a sample is taken twice as once', async () => {
    for (let times = 0; times < 2; times++)
      expect(await scene.api.send('POST', `rollouts/${id}/samples`, { samples: [sample] })).toMatchObject({
        status: 200,
        body: { accepted: 1 },
      });
  });

  test('the list is filtered and says where each stands', async () => {
    const { body } = await scene.api.send('GET', 'rollouts?phase=awaitingPublication');
    expect(body).toMatchObject({ items: [{ id, phase: 'awaitingPublication', policyName: 'test' }] });
    expect((await scene.api.send('GET', 'rollouts?phase=halted')).body).toEqual({ items: [] });
    await refused(400, 'GET', 'rollouts?phase=flying');
    await refused(400, 'GET', 'rollouts?pageSize=0');
    await refused(400, 'GET', 'rollouts?continuationToken=nonsense');
    for (const forged of [
      { nextPartitionKey: 'x', nextRowKey: 1 },
      { nextPartitionKey: '\ud800' },
      { nextRowKey: 'x' },
    ]) {
      const token = encodeURIComponent(Buffer.from(JSON.stringify(forged)).toString('base64'));
      await refused(400, 'GET', `rollouts?continuationToken=${token}`);
    }
    await refused(400, 'GET', 'rollouts?sort=up');
  });
});

test('lists and journals are read page by page', async () => {
  const first = await scene.start(await scene.submit());
  const pages = async (path: string): Promise<number[]> => {
    const sizes: number[] = [];
    let token: string | undefined;
    do {
      const query = token === undefined ? '' : `&continuationToken=${encodeURIComponent(token)}`;
      const { body } = await scene.api.send('GET', `${path}?pageSize=1${query}`);
      const page = z
        .object({ items: z.array(z.unknown()), continuationToken: z.string().optional() })
        .parse(body);
      sizes.push(page.items.length);
      token = page.continuationToken;
    } while (token !== undefined);
    return sizes;
  };
  const listed = await pages('rollouts');
  expect(listed.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...listed)).toBe(1);
  const journaled = await pages(`rollouts/${first.id}/journal`);
  expect(journaled.reduce((sum, size) => sum + size, 0)).toBe((await scene.api.journal(first.id)).length);
});

test('an answer does not grow with what is wrong', async () => {
  const samples = Array.from({ length: 1_000 }, () => ({ a: 1, b: 2, c: 3, d: 4 }));
  const { body } = await scene.api.send('POST', `rollouts/${unknownId}/samples`, { samples });
  expect(problemSchema.parse(body).mistakes?.length).toBe(51);
});

describe('a rollout that is not there', () => {
  test.each([
    ['GET', ''],
    ['GET', '/journal'],
    ['POST', '/halt'],
    ['POST', '/finalize'],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/approve'],
  ])('%s /api/rollouts/{id}%s is 404', async (method, path) => {
    await refused(
      404,
      method,
      `rollouts/${unknownId}${path}`,
      method === 'POST' ? { reason: 'x' } : undefined,
    );
  });

  test.each([
    'x',
    '9NBLGGH4R315.production',
    `${unknownId}.1`,
    '9NBLGGH4R315.production.1%2F..',
    `${unknownId}%00`,
    "9NBLGGH4R315.production.1' or '1' eq '1",
  ])('an id of the wrong form is 400: %s', async (id) => {
    await refused(400, 'GET', `rollouts/${id}`);
  });
});

test('nothing is shown or changed without a key', async () => {
  const { url } = scene.stage.host;
  for (const path of ['rollouts', `rollouts/${unknownId}`, `rollouts/${unknownId}/journal`, 'health'])
    expect((await fetch(`${url}/api/${path}`)).status).toBe(401);
  for (const command of ['halt', 'finalize', 'pause', 'resume', 'approve', 'cap', 'samples'])
    expect((await fetch(`${url}/api/rollouts/${unknownId}/${command}`, { method: 'POST' })).status).toBe(401);
  expect((await fetch(`${url}/api/rollouts`, { method: 'POST' })).status).toBe(401);
});

test('health names the parts, and tells no secret', async () => {
  const { status, body } = await scene.api.send('GET', 'health');
  expect(status).toBe(200);
  expect(body).toEqual({
    healthy: true,
    parts: [
      { name: 'configuration', healthy: true },
      { name: 'state', healthy: true },
      { name: 'packages', healthy: true },
      { name: 'store:contoso', healthy: true },
    ],
  });
  await scene.control.addFaults([
    { match: { path: 'applications\\?top=1', times: 20 }, fault: { kind: 'status500' } },
  ]);
  const ill = await scene.api.send('GET', 'health');
  await scene.control.clearFaults();
  expect(ill.status).toBe(503);
  expect(ill.body).toMatchObject({
    healthy: false,
    parts: [
      { healthy: true },
      { healthy: true },
      { healthy: true },
      { name: 'store:contoso', healthy: false },
    ],
  });
});
