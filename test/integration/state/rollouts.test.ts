import { beforeAll, describe, expect, test } from 'vitest';
import { type Remark, withJournal } from '../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { rolloutId } from '../../../src/shared/rollout/rollout.ts';
import { LostRaceError, TrackBusyError } from '../../../src/shared/state/errors.ts';
import { applicationId, at, evidence, flightId, fresh, ramping } from '../../support/builders.ts';
import { openState, type State } from '../../support/state.ts';

let state: State;
beforeAll(async () => {
  state = await openState();
});

let count = 0;
/** A rollout of its own: another submission on another application. */
function another(change: Partial<Rollout> = {}): Rollout {
  count++;
  const rollout = { ...fresh(), ...change, applicationId: `9TEST${String(count).padStart(7, '0')}` };
  return { ...rollout, id: rolloutId(rollout) };
}

const remark = (sentence: string): Remark => ({
  kind: 'decision',
  actor: 'policy',
  subject: 'wait',
  sentence,
});
const create = (rollout: Rollout) => state.rollouts.create(withJournal(rollout, [remark('first')], at(0)));

describe('a rollout', () => {
  test('comes back as it was written, with everything that can be in it', async () => {
    const { rollout } = withJournal(
      another({
        ...ramping(),
        percentage: 12.5,
        evidence: [
          evidence('good', {
            candidate: { failed: 1, exposed: 2 },
            control: { failed: 3, exposed: 4 },
            harm: { eValue: 1.5, needed: 1_000 },
            safety: { eValue: 2.5, needed: 20 },
          }),
        ],
        rampingSince: at(-4),
        percentageBefore: 5,
        shown: [{ percentage: 5, since: at(-4) }],
        storeUnreadable: { since: at(1) },
        failedRaises: { since: at(1), count: 2, lastAt: at(2), cause: 'no' },
        unmeasured: { hangs: { since: at(1), escalatedAt: at(2) } },
        intent: {
          kind: 'raise',
          percentage: 25,
          step: 1,
          actor: 'policy',
          reason: 'r',
          since: at(3),
          attempts: 1,
        },
        pause: {
          actor: 'person',
          by: 'ops',
          reason: 'p',
          at: at(4),
          until: at(5),
          owner: 'grace',
          escalatedAt: at(6),
          acknowledgedAt: at(7),
        },
        alertHolds: [{ alert: 'f1', actor: 'alert', by: 'Crash rate', reason: 'h', at: at(4) }],
        cap: { actor: 'partnerCenter', reason: 'c', at: at(4), percentage: 50 },
        approvals: [{ actor: 'key', by: 'pipeline', reason: 'a', at: at(4), step: 0 }],
        decision: { kind: 'wait', reason: 'baking', sentence: 'Baking.', at: at(5) },
      }),
      [remark('first')],
      at(0),
    );
    await state.rollouts.create({ rollout, entries: [] });
    expect((await state.rollouts.get(rollout.id))?.rollout).toEqual(rollout);
  });

  test('that does not exist is undefined', async () => {
    expect(await state.rollouts.get(another().id)).toBeUndefined();
  });

  test('stands in the table in columns that people can read', async () => {
    const rollout = another({ phase: 'ramping', percentage: 25 });
    await create(rollout);
    const row = await state.tables.rollouts.getEntity(
      rollout.applicationId,
      `rollout.${flightId}.${rollout.submissionId}`,
    );
    expect(row).toMatchObject({
      phase: 'ramping',
      percentage: 25,
      publisher: 'contoso',
      nextLookAt: at(0).toISOString(),
    });
  });
});

describe('I10: one active rollout per track', () => {
  test('a second one on the track is refused, and names the first', async () => {
    const first = another();
    await create(first);
    const second = { ...first, submissionId: '1152921504621099999' };
    const error = await create({ ...second, id: rolloutId(second) }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrackBusyError);
    expect(error).toMatchObject({ activeId: first.id });
    expect(await state.rollouts.get(rolloutId(second))).toBeUndefined();
  });

  test('of many at once, one wins', async () => {
    const first = another();
    const rivals = Array.from({ length: 8 }, (_, index) => ({
      ...first,
      submissionId: `115292150462109000${index}`,
    }));
    const results = await Promise.allSettled(
      rivals.map((rival) => create({ ...rival, id: rolloutId(rival) })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('another track of the application is free', async () => {
    const first = another();
    await create(first);
    const { flightId: _, ...production } = first;
    await expect(create({ ...production, id: rolloutId(production) })).resolves.toMatchObject({
      rollout: { applicationId: first.applicationId },
    });
  });

  test('the track is free again once the rollout has ended', async () => {
    const first = another({ phase: 'ramping' });
    const stored = await create(first);
    const { nextLookAt: _, ...ended } = { ...stored.rollout, phase: 'halted' as const, endedAt: at(1) };
    await state.rollouts.save(stored, withJournal(ended, [remark('halted')], at(1)));
    const second = { ...first, submissionId: '1152921504621099999' };
    await expect(create({ ...second, id: rolloutId(second) })).resolves.toMatchObject({
      rollout: { submissionId: second.submissionId },
    });
  });
});

describe('a change', () => {
  test('is written with its entries, or not at all', async () => {
    const stored = await create(another());
    const mine = withJournal({ ...stored.rollout, percentage: 5 }, [remark('mine')], at(1));
    const theirs = withJournal({ ...stored.rollout, percentage: 9 }, [remark('theirs')], at(1));
    await state.rollouts.save(stored, mine);
    await expect(state.rollouts.save(stored, theirs)).rejects.toBeInstanceOf(LostRaceError);
    const { items } = await state.rollouts.journal(stored.rollout.id, { size: 10 });
    expect(items.map(({ sentence }) => sentence)).toEqual(['mine', 'first']);
    expect((await state.rollouts.get(stored.rollout.id))?.rollout.percentage).toBe(5);
  });

  test('follows another one without reading in between', async () => {
    const first = await create(another());
    const second = await state.rollouts.save(
      first,
      withJournal({ ...first.rollout, percentage: 1 }, [], at(1)),
    );
    await state.rollouts.save(second, withJournal({ ...second.rollout, percentage: 2 }, [], at(2)));
    expect((await state.rollouts.get(first.rollout.id))?.rollout.percentage).toBe(2);
  });

  test('of a rollout moves its row in the due index', async () => {
    const stored = await create(another({ nextLookAt: at(1_000) }));
    await state.rollouts.save(stored, withJournal({ ...stored.rollout, nextLookAt: at(9_000) }, [], at(1)));
    const due = await state.due.list('submissions', at(20_000), 500);
    expect(due.filter((row) => row.id === stored.rollout.id)).toMatchObject([
      { round: 'submissions', at: at(9_000) },
    ]);
  });

  test('that loses changes nothing in the due index', async () => {
    const stored = await create(another({ nextLookAt: at(1_000) }));
    await state.rollouts.save(stored, withJournal({ ...stored.rollout, nextLookAt: at(2_000) }, [], at(1)));
    await state.rollouts
      .save(stored, withJournal({ ...stored.rollout, nextLookAt: at(3_000) }, [], at(1)))
      .catch(() => {});
    const due = await state.due.list('submissions', at(20_000), 500);
    expect(due.filter((row) => row.id === stored.rollout.id).map((row) => row.at)).toEqual([at(2_000)]);
  });
});

describe('the journal', () => {
  test('comes newest first, in pages', async () => {
    const rollout = another();
    const sentences = Array.from({ length: 25 }, (_, index) => `entry ${index + 1}`);
    await state.rollouts.create(withJournal(rollout, sentences.map(remark), at(0)));
    const seen: string[] = [];
    let continuationToken: string | undefined;
    do {
      const page = await state.rollouts.journal(rollout.id, { size: 10, continuationToken });
      seen.push(...page.items.map(({ sentence }) => sentence));
      continuationToken = page.continuationToken;
    } while (continuationToken !== undefined);
    expect(seen).toEqual(sentences.toReversed());
  });

  test('of one submission has nothing of another’s on the same track', async () => {
    const first = another({ submissionId: '115292150' });
    const longer = { ...first, submissionId: '1152921504' };
    const stored = await create(first);
    const { nextLookAt: _, ...ended } = { ...stored.rollout, phase: 'failed' as const };
    await state.rollouts.save(stored, withJournal(ended, [], at(1)));
    await create({ ...longer, id: rolloutId(longer) });
    expect((await state.rollouts.journal(first.id, { size: 10 })).items).toHaveLength(1);
  });
});

test('the list is filtered by phase and application, and paged', async () => {
  const own = await openState();
  const put = (number: number, change: Partial<Rollout>) => {
    const rollout = { ...fresh(), ...change, submissionId: `115292150462108650${number}` };
    return own.rollouts.create(withJournal({ ...rollout, id: rolloutId(rollout) }, [remark('first')], at(0)));
  };
  await put(1, { applicationId, phase: 'ramping' });
  const { flightId: _, ...production } = fresh();
  await own.rollouts.create({ rollout: { ...production, id: rolloutId(production) }, entries: [] });
  await put(3, { applicationId: '9OTHER000001', phase: 'ramping' });
  const list = async (filter: Parameters<typeof own.rollouts.list>[0]) =>
    (await own.rollouts.list(filter, { size: 50 })).items.length;
  expect(await list({})).toBe(3);
  expect(await list({ phase: 'ramping' })).toBe(2);
  expect(await list({ applicationId })).toBe(2);
  expect(await list({ applicationId, phase: 'ramping' })).toBe(1);
  const first = await own.rollouts.list({}, { size: 2 });
  const second = await own.rollouts.list({}, { size: 2, continuationToken: first.continuationToken });
  expect([...first.items, ...second.items].map(({ id }) => id)).toHaveLength(3);
});
