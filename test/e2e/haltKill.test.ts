import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { forFile } from '../support/forFile.ts';
import { haltedOnce, haltPath, jsonReply, openHaltScene, type Ramping } from '../support/haltScene.ts';

/** The host dies without a word, or the storage is out of order, while halts are on their way; each ends halted, once. */

// A message of a host that died shows again after this.
const scene = await forFile(openHaltScene({ LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: '2' }));

const minute = 60_000;
const isHalted = ({ phase }: { phase: string }) => phase === 'halted';

/** The way on that is left to the next host. */
const waysOn: readonly { name: string; settings: Record<string, string>; goOn: () => Promise<void> }[] = [
  // The timers run only when told.
  { name: 'the messages alone', settings: {}, goOn: async () => {} },
  {
    name: 'the timers alone',
    settings: { 'AzureWebJobs.advanceHalt.Disabled': 'true' },
    goOn: async () => {
      await scene.control.advanceClock(minute);
      await scene.host().run('pollRollouts');
    },
  },
];

describe('the host is killed, between the intent and the call, after the call, and in a retry of the queue', () => {
  test.each(waysOn)('$name bring the next host to all halts', async ({ settings, goOn }) => {
    const [intended, called, retried] = [await scene.ramp(), await scene.ramp(), await scene.ramp()];
    const inRetry = await untilRetryHeld(retried);
    const [beforeCall, afterCall] = [scene.holdHalt('before', intended), scene.holdHalt('after', called)];
    // The host that owes the answers dies.
    for (const { id } of [intended, called]) scene.halt(id).catch(() => undefined);
    await Promise.all([beforeCall.reached, afterCall.reached]);
    await scene.kill();
    await scene.start(settings);
    for (const held of [inRetry, beforeCall, afterCall]) held.release();
    await goOn();
    for (const one of [intended, called, retried]) {
      await scene.until(one.id, isHalted);
      expect(await scene.endOf(one)).toEqual(haltedOnce);
    }
  });
});

/** The caller's try does not come through, and the first of the queue is held at the Store. */
async function untilRetryHeld(one: Ramping) {
  scene.store.answer(({ url }) => url.includes(haltPath(one)), jsonReply(409, notNow));
  expect((await scene.halt(one.id)).status).toBe(202);
  const held = scene.holdHalt('before', one);
  await held.reached;
  return held;
}

const notNow = { code: 'InvalidState', data: [], details: [], message: 'Not now.' };

describe('the storage', () => {
  beforeAll(async () => {
    await scene.kill();
    await scene.start();
  });
  afterEach(async () => {
    scene.storage.wake();
    await scene.storage.start();
  });

  test('is stopped between intent and confirmation: the halt is called for all the same, and confirmed later', async () => {
    const one = await scene.ramp();
    const held = scene.holdHalt('before', one);
    const halting = scene.halt(one.id);
    await held.reached;
    await scene.storage.stop();
    held.release();
    const { status, seconds } = await halting;
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(10);
    expect((await scene.control.applied()).at(-1)).toMatchObject({
      kind: 'halt',
      submissionId: one.submissionId,
    });
    await scene.storage.start();
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('is stopped when the halt arrives: 503 within seconds, and the same again halts', async () => {
    const one = await scene.ramp();
    await scene.storage.stop();
    const { status, seconds, body } = await scene.halt(one.id);
    expect(status).toBe(503);
    expect(body).toMatchObject({ detail: expect.stringContaining('Try again') });
    expect(seconds).toBeLessThan(10);
    await scene.storage.start();
    expect((await scene.halt(one.id)).status).toBe(200);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('hangs when the halt arrives: 503 within seconds, and the same again halts', async () => {
    const one = await scene.ramp();
    scene.storage.hang();
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(503);
    expect(seconds).toBeLessThan(10);
    scene.storage.wake();
    expect((await scene.halt(one.id)).status).toBe(200);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('hangs between intent and confirmation: 202 within seconds', async () => {
    const one = await scene.ramp();
    const held = scene.holdHalt('before', one);
    const halting = scene.halt(one.id);
    await held.reached;
    scene.storage.hang();
    held.release();
    const { status, seconds } = await halting;
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(10);
    scene.storage.wake();
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('has queues that hang: the Store is asked all the same', async () => {
    const one = await scene.ramp();
    // As often as a message is tried.
    const held = Array.from({ length: 4 }, () =>
      scene.queues.hold('before', ({ method, url }) => method === 'POST' && url.includes('rampart-halt/')),
    );
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(200);
    expect(seconds).toBeLessThan(4);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
    for (const each of held) each.release();
  });
});
