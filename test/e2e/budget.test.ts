import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRollout } from '../../src/shared/rollout/rollout.ts';
import { createDueIndex } from '../../src/shared/state/due.ts';
import { createRolloutStore } from '../../src/shared/state/rollouts.ts';
import { createTables, openTables } from '../../src/shared/state/tables.ts';
import { hour, policy, ramping } from '../support/builders.ts';
import { openScene, type Scene, type Submitted, untilPublished } from '../support/scene.ts';

/**
 * The whole app with the limit that the Store is said to have, and a Store that keeps to it. The budget counts in real
 * time, so this takes more than a minute of it; domain time runs much faster, so that every rollout is due at every tick.
 */

const perMinute = 20;
const minute = 60_000;
const rolloutCount = 15;
const speed = 1_200;

let scene: Scene;
let submitted: Submitted[] = [];

beforeAll(async () => {
  scene = await openScene({
    RAMPART_STORE_REQUESTS_PER_MINUTE: String(perMinute),
    'AzureWebJobs.pollRollouts.Disabled': 'false',
    RAMPART_POLL_SCHEDULE: '*/2 * * * * *',
  });
  submitted = [];
  for (let each = 0; each < rolloutCount; each++) submitted.push(await scene.submit());
  await scene.control.advanceClock(untilPublished);
  await scene.control.setToggles({ requestsPerMinute: perMinute });
  await seed(new Date((await scene.control.readClock()).now));
  // None was due before: with the timers running, the first would come round again while the last is not there yet.
  await scene.control.advanceClock(hour);
  await scene.control.setClock({ speed });
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

/** Starting so many through the API would take minutes of the budget. They are due in an hour. */
async function seed(now: Date): Promise<void> {
  const tables = openTables({ kind: 'connectionString', connectionString: scene.azurite.connectionString });
  await createTables(tables);
  const store = createRolloutStore(tables, createDueIndex(tables));
  const stepSince = new Date(now.getTime() - hour);
  const nextLookAt = new Date(now.getTime() + hour);
  for (const of of submitted) {
    const { id } = newRollout({ ...of, publisher: 'contoso', policy: policy() }, now);
    const rollout = ramping({ id, ...of, nextLookAt, createdAt: stepSince, stepSince });
    await store.create({ rollout, entries: [] });
  }
}

const idOf = ({ applicationId, flightId, submissionId }: Submitted) =>
  `${applicationId}.${flightId}.${submissionId}`;

/** Resolves when so many looks have ended since the start. */
async function looked(count: number): Promise<void> {
  const { host } = scene.stage;
  let next = 0;
  for (let look = 0; look < count; look++) {
    const line = await host.logged(/Executed 'Functions\.advanceRollout'/, next);
    next = host.logs().indexOf(line, next) + 1;
  }
}

/** What the Store let through, in real time. */
async function arrivals() {
  const requests = await scene.control.requests();
  return requests.map(({ time, ...request }) => ({ ...request, at: Date.parse(time) }));
}

test('many rollouts are looked at in turn, never beyond what the Store allows, and a halt goes at once', async () => {
  // Polls have used up their share by now, but for one look that is under way.
  await looked(5);

  const halted = submitted.at(-1);
  if (!halted) throw new Error('nothing was submitted');
  const { status, body } = await scene.api.send('POST', `rollouts/${idOf(halted)}/halt`, {
    reason: 'It crashes.',
  });
  expect([status, body], 'the answer to the halt').toMatchObject([200, { phase: 'halted' }]);
  expect((await scene.changesAsked(halted)).filter((change) => change === 'haltpackagerollout')).toHaveLength(
    1,
  );

  // The window has moved on, and the next ones have had their turn.
  await looked(9);
  const seen = await arrivals();
  const begin = seen[0]?.at ?? 0;
  const span = (seen.at(-1)?.at ?? 0) - begin;
  expect(span, 'ms of real time that were looked at').toBeGreaterThan(minute);
  const haltAt = seen.find(({ path }) => path.endsWith('/haltpackagerollout'))?.at ?? Number.NaN;
  expect(haltAt - begin, 'ms until the halt, which is before polls have room again').toBeLessThan(minute);
  expect(seen.filter(({ status: answer }) => answer === 429)).toEqual([]);
  const mostInAMinute = Math.max(
    ...seen.map(({ at: from }) => seen.filter(({ at }) => at >= from && at < from + minute).length),
  );
  expect(mostInAMinute).toBeLessThanOrEqual(perMinute);
  expect(mostInAMinute, 'the budget is used').toBeGreaterThanOrEqual(12);

  const looks = submitted
    .slice(0, -1)
    .map(
      ({ submissionId }) =>
        seen.filter(({ method, path }) => method === 'GET' && path.includes(`${submissionId}/packagerollout`))
          .length,
    );
  expect(Math.max(...looks) - Math.min(...looks), 'looks per rollout').toBeLessThanOrEqual(1);
});
