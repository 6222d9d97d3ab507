import { describe, expect, test } from 'vitest';
import type { FaultRuleInput } from '../simulator/faults.ts';
import { forFile } from '../support/forFile.ts';
import { haltedOnce, haltPath, openHaltScene, outOfOrder, type Ramping } from '../support/haltScene.ts';
import type { Passing } from '../support/holdingProxy.ts';

/**
 * A halt meets every trouble that the Store and the network can make, and ends halted, once. The queue of halts brings
 * its retries in real time, so all of these wait beside each other.
 */

const scene = await forFile(openHaltScene());

const minute = 60_000;
const isHalted = ({ phase }: { phase: string }) => phase === 'halted';
const storeOf = ({ submissionId }: Ramping) => submissionId;
const about =
  (one: Ramping) =>
  ({ url }: Passing) =>
    url.includes(storeOf(one));

/** A try asks again at once where it is not answered; between two tries are seconds. */
const triesIn = (times: readonly number[]): number =>
  times.filter((time, index) => time - (times[index - 1] ?? 0) > 5_000).length;

type Fault = FaultRuleInput['fault'];
const rule = (path: string, fault: Fault, times = 1): FaultRuleInput => ({ match: { path, times }, fault });

describe.concurrent('the Store', () => {
  test('answers 503 to everything for a minute: 202 within seconds, and the queue brings the halt', async () => {
    const one = await scene.ramp();
    const outage = scene.store.outage(about(one), outOfOrder, minute);
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(8);
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
    const [begun = Number.NaN] = outage.met;
    const halts = (await scene.control.requests()).filter(({ path }) => path.includes(haltPath(one)));
    expect(halts.map(({ status: answer }) => answer)).toEqual([200]);
    expect(Date.parse(halts[0]?.time ?? '') - begun).toBeGreaterThanOrEqual(minute);
    // The caller's try, and at least two that the queue brought.
    expect(triesIn(outage.met)).toBeGreaterThanOrEqual(3);
  });

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

  test('carries it out, and nobody can see it: the queue finds out', async () => {
    const one = await scene.ramp();
    await scene.control.addFaults([
      rule(haltPath(one), { kind: 'gateway504Applied' }),
      rule(storeOf(one), { kind: 'status503' }, 6),
    ]);
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(8);
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('is out of order until the queue has tried as well: the queue tries again', async () => {
    const one = await scene.ramp();
    const outage = scene.store.outage(about(one), outOfOrder);
    const from = scene.host().logs().length;
    const { status, seconds } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(seconds).toBeLessThan(8);
    const host = scene.host();
    const tried = await host.logged(new RegExp(`advanceHalt ${one.id}: halt\\.`), from);
    await host.logged(/Executed 'Functions\.advanceHalt'/, host.logs().indexOf(tried));
    await scene.until(
      one.id,
      ({ intent }) => (intent?.attempts ?? 0) >= 2 && intent?.lastOutcome !== undefined,
    );
    expect((await scene.endOf(one)).applied).toBe(0);
    outage.end();
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test.each<[string, (of: Ramping) => string]>([
    ['to the halt', haltPath],
    ['to anything', storeOf],
  ])('does not answer %s for a minute: the caller is answered 202 within seconds', async (_, path) => {
    const one = await scene.ramp();
    await scene.control.addFaults([rule(path(one), { kind: 'slow', delayMs: minute })]);
    const { status, seconds, body } = await scene.halt(one.id);
    expect(status).toBe(202);
    expect(body).toMatchObject({ phase: 'halting', intent: { kind: 'halt' } });
    expect(seconds).toBeLessThan(8);
    await scene.until(one.id, isHalted);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });
});

describe.concurrent('the Store asks for a pause', () => {
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
    async (retryAfter) => {
      const one = await scene.ramp();
      await scene.control.addFaults([rule(haltPath(one), { kind: 'status429', seconds: 7, retryAfter })]);
      const { status, seconds } = await scene.halt(one.id);
      expect(status).toBe(202);
      expect(seconds).toBeLessThan(8);
      await scene.until(one.id, isHalted);
      expect(await scene.endOf(one)).toEqual(haltedOnce);
      const requests = await scene.control.requests();
      const [first, second] = requests.filter(({ path }) => path.includes(haltPath(one)));
      const waited = Date.parse(second?.time ?? '') - Date.parse(first?.time ?? '');
      expect(waited).toBeGreaterThan(6_000);
    },
  );
});
