import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, describe, expect, test } from 'vitest';
import { policyDocument } from '../../support/builders.ts';
import { forFile } from '../../support/forFile.ts';
import { type Beginning, beginningsOf } from '../../support/hostile/beginnings.ts';
import { hostileTexts } from '../../support/hostile/json.ts';
import { openHostileScene } from '../../support/hostile/scene.ts';

/** Input that no check refuses, and that is odd all the same. */

const hostile = await forFile(openHostileScene());
const { scene, canary, send } = hostile;
afterEach(() => hostile.expectWell());

describe('what is taken is kept, and can be read again:', () => {
  const edges = ['0000-01-01T00:00:00+14:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00'];
  const longLabels = (value: string) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`label${index}`, value.repeat(1_000)]));
  const post = async (path: string, body: unknown, headersFor?: Beginning['headersFor']) => {
    const text = JSON.stringify(body);
    return send({ method: 'POST', path: `/api/${path}`, body: text, headers: headersFor?.(text) ?? {} });
  };
  const alert = (data: object, rest: object = {}) => {
    const route = { name: 'receiveAlerts', method: 'POST', template: 'alerts/{format}' };
    const own = beginningsOf(route, { rolloutId: canary }).find(({ params }) => params.format === 'generic');
    const labels = { application: 'none' };
    const id = randomUUID();
    const timestamp = '2026-03-01T00:00:00Z';
    const body = { type: 'alert.firing', timestamp, ...rest, data: { id, title: 'x', labels, ...data } };
    return post('alerts/generic', body, own?.headersFor);
  };
  afterEach(async () => {
    for (const path of ['alerts', 'submissions', 'rollouts', `rollouts/${canary}/journal?pageSize=200`])
      expect(await send({ method: 'GET', path: `/api/${path}` })).toBe(200);
  });

  test.each(edges)('a pause, an alert and a submission of the time %s', async (time) => {
    await post(`rollouts/${canary}/pause`, { reason: 'x', until: time });
    await post(`rollouts/${canary}/resume`, { reason: 'x' });
    await alert({}, { timestamp: time });
    await alert({ startsAt: time });
    const { applicationId, flightId } = await scene.submit();
    const wish = { applicationId, flightId, packages: [await upload()], policyName: 'fast' };
    await post('submissions', { ...wish, requestId: 'date', publishMode: { date: time } });
    await post('submissions', { ...wish, requestId: 'from', mandatoryUpdate: { from: time } });
  });

  test('whatever a reason, the title of an alert and its labels are', async () => {
    for (const text of hostileTexts) {
      await post(`rollouts/${canary}/pause`, { reason: text });
      await post(`rollouts/${canary}/resume`, { reason: text });
      await alert({ id: text, title: text, labels: { [text]: text } });
    }
  });

  test('a policy and the labels of an alert that are long, and say at length why they do not meet', async () => {
    const policyOf = (rules: number) =>
      policyDocument({
        alerts: Array.from({ length: rules }, () => ({ match: longLabels('v'), do: 'hold' })),
      });
    const submitted = await scene.submit();
    expect(await post('rollouts', { ...submitted, policy: policyOf(2) })).toBe(400);
    const wish = { applicationId: submitted.applicationId, packages: [await upload()] };
    expect(await post('submissions', { ...wish, policy: policyOf(2) })).toBe(400);
    expect(await post('rollouts', { ...submitted, policy: policyOf(1) })).toBe(201);
    expect(await alert({ labels: longLabels('w') })).toBe(202);
  });

  async function upload(): Promise<string> {
    const service = BlobServiceClient.fromConnectionString(scene.azurite.connectionString);
    const container = service.getContainerClient('packages');
    await container.createIfNotExists();
    const name = `${randomUUID()}.zip`;
    await container.getBlockBlobClient(name).upload('PK', 2);
    return name;
  }
});
