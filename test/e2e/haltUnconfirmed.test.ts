import { describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { forFile } from '../support/forFile.ts';
import { haltedOnce, haltPath, jsonReply, openHaltScene, type Ramping } from '../support/haltScene.ts';
import type { Outage } from '../support/holdingProxy.ts';

/** A halt that the Store does not carry out: because it came too late, or for a reason that nobody knows. */

/** The queue brings no retries: they come when the test makes one. */
const scene = await forFile(openHaltScene({ 'AzureWebJobs.advanceHalt.Disabled': 'true' }));
const tryAgain = (id: string) => scene.host().run('advanceHalt', JSON.stringify({ id }));

const minute = 60_000;
const trackOf = ({ applicationId, flightId }: Ramping) => ({ applicationId, flightId });

/** The Store shows the rollout in progress, and will not halt it. */
function refusing(one: Ramping): Outage {
  const notNow = { code: 'InvalidState', data: [], details: [], message: 'Not now.' };
  return scene.store.outage(({ url }) => url.includes(haltPath(one)), jsonReply(409, notNow));
}

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
    const one = await scene.ramp();
    await scene.control.partnerCenter('replace-submission', { ...trackOf(one), packageVersion: '3.0.0.0' });
    const gone = { code: 'ResourceNotFound', data: [], details: [], message: 'It is gone.' };
    scene.store.outage(({ url }) => url.includes(one.submissionId), jsonReply(404, gone));
    expect((await scene.halt(one.id)).status).toBe(202);
    for (const attempts of [2, 3, 4]) {
      await tryAgain(one.id);
      expect(await scene.api.rollout(one.id)).toMatchObject({ phase: 'halting', intent: { attempts } });
    }
    await tryAgain(one.id);
    expect(await scene.api.rollout(one.id)).toMatchObject({ phase: 'failed' });
    expect(await scene.halt(one.id)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('There is nothing left that a halt could stop') },
    });
  });
});

describe('a halt that the Store does not confirm', () => {
  const lookAgain = async (id: string, afterMs: number) => {
    await scene.control.advanceClock(afterMs);
    await tryAgain(id);
  };
  const escalations = async (id: string) => ({
    journaled: (await scene.api.journal(id)).filter(({ escalated }) => escalated).length,
    logged: scene
      .host()
      .logs()
      .filter((line) => new RegExp(` error advanceHalt ${id}: halt\\. .*Not confirmed for`).test(line))
      .length,
  });

  test('is told to people, and told again, until one of them says that they know', async () => {
    const one = await scene.ramp({ escalateHaltAfter: '10m' });
    const refusal = refusing(one);
    expect((await scene.halt(one.id)).status).toBe(202);
    await lookAgain(one.id, 9 * minute);
    expect(await escalations(one.id)).toEqual({ journaled: 0, logged: 0 });
    await lookAgain(one.id, minute);
    expect(await escalations(one.id)).toEqual({ journaled: 1, logged: 1 });
    await lookAgain(one.id, 10 * minute);
    expect(await escalations(one.id)).toEqual({ journaled: 2, logged: 2 });
    const acknowledged = await scene.api.send('POST', `rollouts/${one.id}/acknowledge`, {
      reason: 'we called them',
    });
    expect(acknowledged.status).toBe(200);
    await lookAgain(one.id, 10 * minute);
    await lookAgain(one.id, 10 * minute);
    expect(await escalations(one.id)).toEqual({ journaled: 2, logged: 2 });
    refusal.end();
    await lookAgain(one.id, minute);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
  });

  test('lets nothing raise and nothing finalize', async () => {
    const one = await scene.ramp();
    const refusal = refusing(one);
    await scene.halt(one.id);
    const say = (what: string, more = {}) =>
      scene.api.send('POST', `rollouts/${one.id}/${what}`, { reason: 'go on', ...more });
    expect(await say('finalize')).toMatchObject({
      status: 409,
      body: { detail: 'The rollout is being halted, which nothing takes back.' },
    });
    expect((await say('cap', { percentage: 100 })).status).toBe(409);
    expect((await say('approve')).status).toBe(409);
    // The bake has passed, and everybody is well.
    await scene.control.advanceClock(7 * hour);
    const end = Date.parse((await scene.control.readClock()).now);
    const sample = {
      signal: 'launch',
      start: new Date(end - hour).toISOString(),
      end: new Date(end).toISOString(),
      candidate: { failed: 0, exposed: 100_000 },
    };
    expect((await scene.api.send('POST', `rollouts/${one.id}/samples`, { samples: [sample] })).status).toBe(
      200,
    );
    const from = scene.host().logs().length;
    await scene.host().run('pollRollouts');
    await scene.host().logged(/Executed 'Functions\.advanceRollout'/, from);
    expect(await scene.api.rollout(one.id)).toMatchObject({ phase: 'halting', percentage: 5 });
    refusal.end();
    await lookAgain(one.id, minute);
    expect(await scene.endOf(one)).toEqual(haltedOnce);
    const changes = (await scene.control.applied()).filter(
      ({ submissionId }) => submissionId === one.submissionId,
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['halt']);
  });
});
