import { describe, expect, test } from 'vitest';
import { hour, policyDocument } from '../support/builders.ts';
import {
  asPlanned,
  type Carried,
  type End,
  endsOf,
  nothingLeft,
  orderUnder,
  type Under,
} from '../support/deliveriesInStep.ts';
import { creates, ruleAt, updates } from '../support/deliveryFaults.ts';
import type { Application } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';
import type { Held, Passing } from '../support/holdingProxy.ts';
import { actsOn, atStore, type HoldPoint, putsBlock, submissionPath } from '../support/killPoints.ts';
import { openKillScene } from '../support/killScene.ts';
import { msix } from '../support/packagesOf.ts';
import { zipOf } from '../support/zipOf.ts';

/** The host dies without a word, at any moment, and another one goes on: one submission, one commit, nothing lost. */

const scene = await forFile(openKillScene());

type Point = HoldPoint & {
  readonly under?: () => Promise<Omit<Under, 'name'>>;
  /** What people do once it is ordered; the answer may never come, because the host that owes it dies. */
  readonly meanwhile?: (of: Carried) => void;
  readonly end?: Partial<End>;
};

const points: readonly Point[] = [
  { name: 'the first reading', hold: atStore(scene, 'GET', '$') },
  {
    name: 'the delete of what stood in the slot',
    hold: atStore(scene, 'DELETE', submissionPath),
    under: async () => ({ application: await withFailed(), ask: { onPendingSubmission: 'delete' } }),
    end: { applied: 'delete create update commit' },
  },
  {
    name: 'the delete of a draft whose upload URL has expired',
    hold: atStore(scene, 'DELETE', submissionPath),
    under: async () => ({ faults: (of) => [ruleAt(of, creates, { fault: { kind: 'expiredSas' } })] }),
    end: { applied: 'create update delete create update commit' },
  },
  {
    name: 'the halt of a rollout that Rampart does not know',
    hold: atStore(scene, 'POST', `${submissionPath}/haltpackagerollout`),
    under: async () => ({ application: await withUnknownRollout(), ask: askedToClear('halt') }),
    end: {
      applied: 'halt create update commit',
      packages: 'Contoso.ContosoNotes_1.5.0.0_x64.msix, Notes_2.0.0.0_x64.msix',
    },
  },
  // The last to be prepared: what is known of their health must be fresh.
  ...(['halt', 'finalize'] as const).map(
    (rule): Point => ({
      name: `the ${rule} of an earlier rollout`,
      hold: atStore(scene, 'POST', `${submissionPath}/${rule}packagerollout`),
      under: async () => ({ application: await ramping(rule), ask: askedToClear(rule), blob: putThird }),
      end: {
        applied: `create update commit ${rule} create update commit`,
        alive: 2,
        packages: `${asPlanned.packages}, Notes_3.0.0.0_x64.msix`,
      },
    }),
  ),
  {
    name: 'the delete of a draft that leads nowhere',
    hold: atStore(scene, 'DELETE', submissionPath),
    under: async () => ({ faults: (of) => [ruleAt(of, updates, { fault: { kind: 'putDropsRollout' } })] }),
    end: { ...nothingLeft, phase: 'failed', applied: 'create update delete' },
  },
  {
    name: 'the delete of a draft that somebody cancels',
    hold: atStore(scene, 'DELETE', submissionPath),
    under: async () => ({
      faults: (of) => [ruleAt(of, updates, { fault: { kind: 'status429', seconds: 0 }, times: 9 })],
    }),
    meanwhile: cancelOf,
    end: { ...nothingLeft, phase: 'cancelled', applied: 'create delete' },
  },
  ...actsOn(scene),
];

async function withFailed(): Promise<Application> {
  const application = await scene.application();
  const { applicationId, flightId } = application;
  const outcome = 'certificationFailed';
  await scene.control.seedSubmission({ applicationId, flightId, packageVersion: '1.5.0.0', outcome });
  await scene.control.advanceClock(8 * hour);
  return application;
}

/** The rollouts that are to be ended for a delivery, and how. */
const earlier = new Map<string, 'halted' | 'completed'>();

/** A first delivery of the application, whose rollout is at its first step and healthy. */
async function ramping(rule: 'halt' | 'finalize'): Promise<Application> {
  const application = await scene.application();
  const from = scene.host().logs().length;
  const one = await orderUnder(scene, { name: 'the first', application, ask: { requestId: 'first' } });
  await scene.worked(from);
  const { rollout } = await scene.tickUntilDone(one.id);
  const id = rollout?.id ?? '';
  await push(id);
  earlier.set(id, rule === 'halt' ? 'halted' : 'completed');
  return application;
}

/** Nothing but good launches in the last hour. */
async function push(id: string): Promise<void> {
  await scene.control.advanceClock(2 * hour);
  const end = Date.parse((await scene.control.readClock()).now);
  const sample = {
    signal: 'launch',
    start: new Date(end - hour).toISOString(),
    end: new Date(end).toISOString(),
    candidate: { failed: 2, exposed: 1_000 },
  };
  const { status } = await scene.api.send('POST', `rollouts/${id}/samples`, { samples: [sample] });
  expect(status).toBe(200);
}

const askedToClear = (onUnfinishedRollout: 'halt' | 'finalize') => ({
  policy: policyDocument({ onUnfinishedRollout }),
});
const putThird = (of: Application) => scene.putZip(of, '3.0.0.0');

async function withUnknownRollout(): Promise<Application> {
  const application = await scene.application();
  const { applicationId, flightId } = application;
  await scene.control.seedSubmission({
    applicationId,
    flightId,
    packageVersion: '1.5.0.0',
    rolloutPercentage: 20,
  });
  await scene.control.advanceClock(10 * hour);
  return application;
}

function cancelOf({ id }: Carried): void {
  scene.api.send('DELETE', `submissions/${id}`, { reason: 'a wrong build' }).catch(() => undefined);
}

/** One kill hits deliveries at each of the points; where uploads are held, one waits for the other. */
test.each(['before', 'after'] as const)(
  'killed %s a request has applied, whichever it is: all come to the same end',
  async (when) => {
    earlier.clear();
    const prepared: { point: Point; application: Application; under: Omit<Under, 'name'> }[] = [];
    for (const point of points) {
      const under = (await point.under?.()) ?? {};
      prepared.push({ point, under, application: under.application ?? (await scene.application()) });
    }
    const all: { one: Carried; held: Held }[] = [];
    for (const { point, application, under } of prepared) {
      const held = point.hold(application, when);
      const from = scene.host().logs().length;
      const one = await orderUnder(scene, { ...under, application, name: point.name });
      if (point.meanwhile) {
        await scene.worked(from);
        point.meanwhile(one);
      }
      await held.reached;
      all.push({ one, held });
    }
    await scene.killAndRestart();
    for (const { held } of all) held.release();
    for (const { one } of all) one.view = await scene.tickUntilDone(one.id);
    const wished = points.map(({ name, end = {} }) => [name, { ...asPlanned, ...end }]);
    const ends = await endsOf(
      scene,
      all.map(({ one }) => one),
    );
    expect(ends).toEqual(Object.fromEntries(wished));
    expect(earlier.size).toBe(2);
    for (const [id, phase] of earlier) {
      await scene.host().run('advanceRollout', JSON.stringify({ id }));
      expect(await scene.api.rollout(id)).toMatchObject({ phase });
    }
  },
);

/** The journal's own words for what is written at the hand-over. */
const writes =
  (words: string): Point['hold'] =>
  ({ flightId }, when) =>
    scene.tables.hold(when, ({ body }) => body.includes(words) && body.includes(flightId));

describe.each(['before', 'after'] as const)('killed %s', (when) => {
  test.each([
    { name: 'the rollout is written', hold: writes('Started for the submission') },
    { name: 'the end of the delivery is written', hold: writes('Handed over to the rollout') },
  ])('$name', async ({ hold }) => {
    const from = scene.host().logs().length;
    const one = await orderUnder(scene, { name: 'it' });
    await scene.worked(from);
    const held = hold(one.application, when);
    await scene.control.advanceClock(12 * hour);
    await scene.host().run('pollSubmissions');
    await held.reached;
    await scene.killAndRestart();
    held.release();
    one.view = await scene.tickUntilDone(one.id);
    expect(await endsOf(scene, [one])).toEqual({ it: asPlanned });
  });
});

const blockBytes = 4 * 1024 * 1024;
const blocksOf = (bytes: number) => Math.ceil(bytes / blockBytes);

/** The `number`th of the blocks that come from now on. */
function blockNumber(number: number): (request: Passing) => boolean {
  let seen = 0;
  return (request) => {
    if (!putsBlock(request)) return false;
    seen += 1;
    return seen === number;
  };
}

const big = (of: Application) =>
  msix({ ...of.identity, version: '2.0.0.0', architecture: 'x64', paddingBytes: 17 * 1024 * 1024 });
const uploads: readonly { readonly name: string; readonly blob: (of: Application) => Promise<string> }[] = [
  {
    name: 'copied from storage to storage',
    blob: (of) => scene.put(`${of.applicationId}/Notes.zip`, zipOf({ 'Notes_2.0.0.0_x64.msix': big(of) })),
  },
  {
    name: 'put into an archive on the way',
    blob: (of) => scene.put(`${of.applicationId}/Notes_2.0.0.0_x64.msix`, big(of)),
  },
];

describe.each(uploads)('an upload of many blocks, $name', ({ blob }) => {
  test('is taken up where the killed host was, and no block is uploaded twice', async () => {
    const held = scene.blobs.hold('before', blockNumber(3));
    const earlier = scene.blobs.passed(putsBlock);
    const one = await orderUnder(scene, { name: 'it', blob });
    await held.reached;
    const blocks = blocksOf(one.bytes);
    await scene.blobs.passing(putsBlock, earlier + blocks - 1);
    await scene.killAndRestart();
    held.release();
    one.view = await scene.tickUntilDone(one.id);
    expect(scene.blobs.passed(putsBlock) - earlier).toBe(blocks);
    const { totalBytes = 0 } = one.view.upload ?? {};
    expect(await endsOf(scene, [{ ...one, bytes: totalBytes }])).toEqual({ it: asPlanned });
    expect(totalBytes).toBeGreaterThanOrEqual(one.bytes);
  });

  test('whose URL expires in the middle is made to a new draft', async () => {
    const code = 'AuthenticationFailed';
    scene.blobs.answer(blockNumber(3), {
      status: 403,
      headers: { 'x-ms-error-code': code, 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Expired.</Message></Error>`,
    });
    const from = scene.host().logs().length;
    const one = await orderUnder(scene, { name: 'it', blob });
    await scene.worked(from);
    one.view = await scene.tickUntilDone(one.id);
    const { totalBytes = 0 } = one.view.upload ?? {};
    expect(await endsOf(scene, [{ ...one, bytes: totalBytes }])).toEqual({
      it: { ...asPlanned, applied: 'create update delete create update commit' },
    });
  });
});
