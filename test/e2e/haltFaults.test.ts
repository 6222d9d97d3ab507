import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultRuleInput } from '../simulator/faults.ts';
import { hour } from '../support/builders.ts';
import { type HaltScene, haltedOnce, openHaltScene, type Ramping } from '../support/haltScene.ts';

/**
 * A halt meets every trouble that the Store and the network can make, and ends halted, once. The queue of halts brings
 * its retries in real time; an outage is made short by being over after some tries instead of after a minute.
 */

let scene: HaltScene;
beforeAll(async () => {
  scene = await openHaltScene();
});
afterAll(async () => scene[Symbol.asyncDispose]());

const minute = 60_000;
const isHalted = ({ phase }: { phase: string }) => phase === 'halted';
const haltPath = ({ submissionId }: Ramping) => `${submissionId}/haltpackagerollout`;
const trackOf = ({ applicationId, flightId }: Ramping) => ({ applicationId, flightId });
const wholeStore = ({ submissionId }: Ramping) => submissionId;

/** The Store answers so to everything of which the URL has this, until it is told to recover. */
function answering(of: HaltScene, path: string, status: number, body: object): { recover(): void } {
  let broken = true;
  const reply = { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  of.store.answer(({ url }) => broken && url.includes(path), reply, Number.POSITIVE_INFINITY);
  return {
    recover() {
      broken = false;
    },
  };
}

const outOfOrder = (of: HaltScene, one: Ramping) =>
  answering(of, wholeStore(one), 503, {
    statusCode: 503,
    message: 'Account service is experiencing issue',
  });

/** It shows the rollout in progress, and will not halt it. */
const refusing = (of: HaltScene, one: Ramping) =>
  answering(of, haltPath(one), 409, { code: 'InvalidState', data: [], details: [], message: 'Not now.' });

/** The queue brings no retries: they come when the test makes one. */
const untold = { 'AzureWebJobs.advanceHalt.Disabled': 'true' };
const tryAgain = (of: HaltScene, id: string) => of.host().run('advanceHalt', JSON.stringify({ id }));

type Fault = FaultRuleInput['fault'];
const rule = (path: string, fault: Fault, times = 1): FaultRuleInput => ({ match: { path, times }, fault });

describe.concurrent('the Store', () => {
  test.each<[string, Fault]>([
    ['answers 504, and has not carried it out', { kind: 'gateway504' }],
    ['answers 504, and has carried it out', { kind: 'gateway504Applied' }],
    ['drops the connection, and has not carried it out', { kind: 'dropConnection' }],
    ['drops the connection, and has carried it out', { kind: 'dropConnection', applied: true }],
    ['answers 503', { kind: 'status503' }],
    ['answers 500', { kind: 'status500' }],
    ['answers half of it', { kind: 'malformedBody' }],
    ['does not take the token any more', { kind: 'expiredToken' }],
  ])('%s: the caller is answered 200', async (_, fault) => {
    const one = await scene.ramp();
    await scene.control.addFaults([rule(haltPath(one), fault)]);
    expect((await scene.halt(one.id)).status).toBe(200);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('carries it out, and nobody can see it: the queue finds out', { timeout: 90_000 }, async () => {
    const one = await scene.ramp();
    await scene.control.addFaults([
      rule(haltPath(one), { kind: 'gateway504Applied' }),
      rule(wholeStore(one), { kind: 'status503' }, 6),
    ]);
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(8);
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('is out of order until the queue has tried as well: the queue tries again', {
    timeout: 90_000,
  }, async () => {
    const one = await scene.ramp();
    const outage = outOfOrder(scene, one);
    const from = scene.host().logs().length;
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(8);
    const host = scene.host();
    const tried = await host.logged(new RegExp(`advanceHalt ${one.id}: halt\\.`), from);
    await host.logged(/Executed 'Functions\.advanceHalt'/, host.logs().indexOf(tried));
    await scene.until(one.id, ({ intent }) => intent?.attempts === 2 && intent.lastOutcome !== undefined);
    expect((await scene.endOf(one)).applied).toBe(0);
    outage.recover();
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test.each<[string, (of: Ramping) => string]>([
    ['to the halt', haltPath],
    ['to anything', wholeStore],
  ])(
    'does not answer %s for a minute: the caller is answered 202 within seconds',
    { timeout: 90_000 },
    async (_, path) => {
      const one = await scene.ramp();
      await scene.control.addFaults([rule(path(one), { kind: 'slow', delayMs: minute })]);
      const { status, seconds, body } = await scene.halt(one.id);
      expect(status).toBe(202);
      expect(body).toMatchObject({ phase: 'halting', intent: { kind: 'halt' } });
      expect(seconds).toBeLessThan(8);
      await scene.until(one.id, isHalted);
      expect(await scene.endOf(one)).toEqual(haltedOnce);
    },
  );
});

describe('the Store asks for a pause', () => {
  test('that is short: the caller is answered 200', async () => {
    const one = await scene.ramp();
    const pause = { kind: 'status429', seconds: 2, retryAfter: 'seconds' } as const;
    await scene.control.addFaults([rule(haltPath(one), pause)]);
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(200);
    expect(seconds).toBeGreaterThan(2);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test.each(['seconds', 'date'] as const)(
    'that is long, in a Retry-After with %s: it gets its pause, and then the halt',
    { timeout: 90_000 },
    async (retryAfter) => {
      const one = await scene.ramp();
      await scene.control.addFaults([rule(haltPath(one), { kind: 'status429', seconds: 7, retryAfter })]);
      await scene.control.clearRequests();
      const { status, seconds } = await scene.halt(one.id);
      expect(status).toBe(202);
      expect(seconds).toBeLessThan(8);
      await scene.until(one.id, isHalted);
      expect(await scene.endOf(one)).toEqual(haltedOnce);
      const [first, second] = await scene.control.requests();
      const waited = Date.parse(second?.time ?? '') - Date.parse(first?.time ?? '');
      expect(waited).toBeGreaterThan(6_000);
    },
  );
});

describe('what a halt cannot do any more', () => {
  const tooLate = {
    detail: expect.stringMatching(/^The rollout is completed\. .*The halt came too late: .*new submission/),
  };

  test('somebody finalizes while the halt is on its way: 409, with what to do instead', async () => {
    const one = await scene.ramp();
    const held = scene.holdHalt('before', one);
    const halting = scene.halt(one.id);
    await held.reached;
    await scene.control.partnerCenter('finalize', trackOf(one));
    held.release();
    const { status, body } = await halting;
    expect(status).toBe(409);
    expect(body).toMatchObject(tooLate);
    expect(await scene.endOf(one)).toMatchObject({ phase: 'completed', applied: 0, intents: 1 });
    expect(await scene.halt(one.id)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('Only a new submission with a higher version') },
    });
  });

  test.each([
    { by: 'finalize' as const, status: 409, phase: 'completed' },
    { by: 'halt' as const, status: 200, phase: 'halted' },
  ])('somebody replaces the submission, which is a $by of its rollout: $status', async ({ by, ...end }) => {
    const one = await scene.ramp();
    const newer = { ...trackOf(one), packageVersion: '3.0.0.0', endRolloutBy: by };
    await scene.control.partnerCenter('replace-submission', newer);
    expect((await scene.halt(one.id)).status).toBe(end.status);
    expect((await scene.endOf(one)).phase).toBe(end.phase);
  });

  test('the submission is gone, at four tries: the rollout says that there is nothing left to stop', async () => {
    await using own = await openHaltScene(untold);
    const one = await own.ramp();
    await own.control.partnerCenter('replace-submission', { ...trackOf(one), packageVersion: '3.0.0.0' });
    const code = 'ResourceNotFound';
    answering(own, wholeStore(one), 404, { code, data: [], details: [], message: 'It is gone.' });
    expect((await own.halt(one.id)).status).toBe(202);
    for (const attempts of [2, 3, 4]) {
      await tryAgain(own, one.id);
      expect(await own.api.rollout(one.id)).toMatchObject({ phase: 'halting', intent: { attempts } });
    }
    await tryAgain(own, one.id);
    expect(await own.api.rollout(one.id)).toMatchObject({ phase: 'failed' });
    expect(await own.halt(one.id)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('There is nothing left that a halt could stop') },
    });
  });
});

describe('a halt that the Store does not confirm', () => {
  const lookAgain = async (of: HaltScene, id: string, afterMs: number) => {
    await of.control.advanceClock(afterMs);
    await tryAgain(of, id);
  };
  const escalations = async (of: HaltScene, id: string) => ({
    journaled: (await of.api.journal(id)).filter(({ escalated }) => escalated).length,
    logged: of
      .host()
      .logs()
      .filter((line) => new RegExp(` error advanceHalt ${id}: halt\\. .*Not confirmed for`).test(line))
      .length,
  });

  test('is told to people, and told again, until one of them says that they know', {
    timeout: 120_000,
  }, async () => {
    await using own = await openHaltScene(untold);
    const one = await own.ramp({ escalateHaltAfter: '10m' });
    const refusal = refusing(own, one);
    expect((await own.halt(one.id)).status).toBe(202);
    await lookAgain(own, one.id, 9 * minute);
    expect(await escalations(own, one.id)).toEqual({ journaled: 0, logged: 0 });
    await lookAgain(own, one.id, minute);
    expect(await escalations(own, one.id)).toEqual({ journaled: 1, logged: 1 });
    await lookAgain(own, one.id, 10 * minute);
    expect(await escalations(own, one.id)).toEqual({ journaled: 2, logged: 2 });
    const acknowledged = await own.api.send('POST', `rollouts/${one.id}/acknowledge`, {
      reason: 'we called them',
    });
    expect(acknowledged.status).toBe(200);
    await lookAgain(own, one.id, 10 * minute);
    await lookAgain(own, one.id, 10 * minute);
    expect(await escalations(own, one.id)).toEqual({ journaled: 2, logged: 2 });
    refusal.recover();
    await lookAgain(own, one.id, minute);
    expect(await own.endOf(one)).toEqual(haltedOnce);
  });

  test('lets nothing raise and nothing finalize', { timeout: 90_000 }, async () => {
    await using own = await openHaltScene(untold);
    const one = await own.ramp();
    const refusal = refusing(own, one);
    await own.halt(one.id);
    const say = (what: string, more = {}) =>
      own.api.send('POST', `rollouts/${one.id}/${what}`, { reason: 'go on', ...more });
    expect(await say('finalize')).toMatchObject({
      status: 409,
      body: { detail: 'The rollout is being halted, which nothing takes back.' },
    });
    expect((await say('cap', { percentage: 100 })).status).toBe(409);
    expect((await say('approve')).status).toBe(409);
    // The bake has passed, and everybody is well.
    await own.control.advanceClock(7 * hour);
    const end = Date.parse((await own.control.readClock()).now);
    const sample = {
      signal: 'launch',
      start: new Date(end - hour).toISOString(),
      end: new Date(end).toISOString(),
      candidate: { failed: 0, exposed: 100_000 },
    };
    expect((await own.api.send('POST', `rollouts/${one.id}/samples`, { samples: [sample] })).status).toBe(
      200,
    );
    const from = own.host().logs().length;
    await own.host().run('pollRollouts');
    await own.host().logged(/Executed 'Functions\.advanceRollout'/, from);
    expect(await own.api.rollout(one.id)).toMatchObject({ phase: 'halting', percentage: 5 });
    refusal.recover();
    await lookAgain(own, one.id, minute);
    expect(await own.endOf(one)).toEqual(haltedOnce);
    const changes = (await own.control.applied()).filter(
      ({ submissionId }) => submissionId === one.submissionId,
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['halt']);
  });
});
