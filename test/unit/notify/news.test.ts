import { describe, expect, test } from 'vitest';
import { newsOf } from '../../../src/shared/notify/news.ts';
import type { Command } from '../../../src/shared/rollout/command.ts';
import { decide } from '../../../src/shared/rollout/decide.ts';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import { type Change, withJournal } from '../../../src/shared/rollout/journal.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { type Outcome, settle } from '../../../src/shared/rollout/settle.ts';
import {
  applicationId,
  at,
  day,
  endedAs,
  evidence,
  flightId,
  fresh,
  hour,
  inProgress,
  policy,
  ramping,
  start,
  submissionId,
} from '../../support/builders.ts';

/** The changes are those that the core makes: what is told follows from it. */
type Story = { readonly before: Rollout | undefined; readonly change: Change };

const good = [evidence('good')];
const later = at(6 * hour);

function pass(before: Rollout, observed: Observed, asked: readonly Evidence[] = good, now = later): Story {
  const decision = decide(before, observed, asked, now);
  return { before, change: evolve({ rollout: before, observed, evidence: asked, now }, decision) };
}

function told(before: Rollout, command: Command): Story {
  const answer = receive(before, command, later);
  if (answer.kind !== 'accepted') throw new Error(answer.sentence);
  return { before, change: answer.change };
}

const settled = (before: Rollout, outcome: Outcome): Story => ({
  before,
  change: settle(before, outcome, later),
});

const shown = (state: 'inProgress' | 'stopped' | 'complete', percentage: number): Outcome => ({
  kind: 'readBack',
  shown: { state, percentage },
});

const made = { actor: 'policy', reason: 'Because.', since: start, attempts: 1 } as const;
const raising = ramping({ intent: { kind: 'raise', percentage: 25, step: 1, ...made } });
const halting = ramping({ phase: 'halting', intent: { kind: 'halt', ...made } });
const finalizing = ramping({ phase: 'finalizing', percentage: 100, intent: { kind: 'finalize', ...made } });
const pausedUntil = (ms: number): Rollout =>
  ramping({ pause: { actor: 'person', by: 'ann', reason: 'lunch', at: start, until: at(ms) } });
const last = ramping({ percentage: 100, reached: 100, step: 2 });
const person = { actor: 'person', by: 'ann' } as const;
const left = (story: Story): Rollout => story.change.rollout;
const seen = (story: Story) =>
  newsOf(story.before, story.change).map(({ event, sentence }) => [event, sentence]);

const badHold = [evidence('bad', { onBad: 'hold' })];
const approving = ramping({
  policy: policy({
    steps: [
      { percentage: 5, bake: '6h', approval: true },
      { percentage: 100, bake: '1d' },
    ],
  }),
});
const twice: Rollout = { ...approving, policy: { ...approving.policy, approvers: 2 } };
const unreadable: Observed = { kind: 'unreadable', cause: 'it is out of order' };

describe('people are told', () => {
  test.each<[what: string, event: string, sentence: RegExp, story: Story]>([
    ['that the Store began the rollout', 'raised', /in progress at 5 %/, pass(fresh(), inProgress(5))],
    [
      'of a raise that came through',
      'raised',
      /^Because\. The Store shows 25 %/,
      settled(raising, shown('inProgress', 25)),
    ],
    ['of a raise that came through late', 'raised', /confirms 25 %/, pass(raising, inProgress(25))],
    ['of bad evidence that holds', 'held', /while it is bad/, pass(ramping(), inProgress(5), badHold)],
    [
      'of a pause',
      'held',
      /^Paused at 5 %.*lunch/,
      told(ramping(), { kind: 'pause', who: person, reason: 'lunch' }),
    ],
    [
      'of an alert that holds',
      'held',
      /^Holding at 5 % while an alert fires: Disk/,
      told(ramping(), { kind: 'hold', who: { actor: 'alert', by: 'Disk' }, reason: 'full', alert: 'a1' }),
    ],
    [
      'that the cap is reached',
      'held',
      /capped at 10 %/,
      pass(ramping({ cap: { ...person, percentage: 10, reason: 'slow', at: start } }), inProgress(5)),
    ],
    [
      'of silence, once it lasts',
      'held',
      /unmeasured/,
      pass(
        ramping({ unmeasured: { launches: { since: start } } }),
        inProgress(5),
        [evidence('unmeasured')],
        at(7 * hour),
      ),
    ],
    [
      'of a Store that cannot be read, once it lasts',
      'held',
      /could not be read/,
      pass(ramping({ storeUnreadable: { since: start } }), unreadable),
    ],
    [
      'that the submission is still a draft',
      'held',
      /committed first/,
      pass(fresh(), { kind: 'unpublished', status: 'PendingCommit', problems: [] }),
    ],
    [
      'of harm, when the halt is intended',
      'halting',
      /^Halting at 5 %, because of/,
      pass(ramping(), inProgress(5), [evidence('bad')]),
    ],
    [
      'of a person’s halt, when it is intended',
      'halting',
      /^Halting at 5 %.*ann: stop/,
      told(ramping(), { kind: 'halt', who: person, reason: 'stop' }),
    ],
    [
      'of an alert’s halt, when it is intended',
      'halting',
      /^Halting at 5 %.*Disk/,
      told(ramping(), { kind: 'halt', who: { actor: 'alert', by: 'Disk' }, reason: 'full' }),
    ],
    [
      'of a halt that the Store confirms',
      'halted',
      /^Because\. The Store shows the rollout stopped/,
      settled(halting, shown('stopped', 0)),
    ],
    [
      'of a halt that the Store confirms late',
      'halted',
      /confirms the halt/,
      pass(halting, endedAs('stopped')),
    ],
    ['of a halt that came too late', 'finalized', /came too late/, settled(halting, shown('complete', 100))],
    [
      'of a halt that the Store does not confirm',
      'unconfirmed',
      /Not confirmed for/,
      pass(halting, inProgress(5)),
    ],
    [
      'of a halt for which the Store cannot be read',
      'unconfirmed',
      /Not confirmed for/,
      pass({ ...halting, stepSince: undefined }, unreadable),
    ],
    [
      'of a finalize that the Store does not confirm',
      'unconfirmed',
      /Not confirmed for/,
      pass(finalizing, inProgress(100)),
    ],
    [
      'that an approval is missing',
      'needsApproval',
      /wants a person’s approval/,
      pass(approving, inProgress(5)),
    ],
    [
      'that another approver has to finalize as well',
      'needsApproval',
      /wants another person’s word/,
      told(twice, { kind: 'finalize', who: person, reason: 'go', approves: true }),
    ],
    [
      'that an approval is missing, after an approver wanted more',
      'needsApproval',
      /wants two people’s approval/,
      pass(left(told(twice, { kind: 'finalize', who: person, reason: 'go', approves: true })), inProgress(5)),
    ],
    [
      'that a person has to finalize',
      'needsApproval',
      /leaves finalizing to a person/,
      pass({ ...last, policy: policy({ finalize: 'manual' }) }, inProgress(100), good, at(2 * day)),
    ],
    ['of a finalize', 'finalized', /shows the rollout complete/, settled(finalizing, shown('complete', 100))],
    [
      'that the Store took a raise for a finalize',
      'finalized',
      /took the raise for a finalize/,
      settled(raising, shown('complete', 100)),
    ],
    ['that somebody raised it', 'drift', /raised the rollout outside/, pass(ramping(), inProgress(50))],
    [
      'that somebody lowered it',
      'drift',
      /lowered the rollout outside/,
      pass(ramping({ percentage: 25, step: 1 }), inProgress(5)),
    ],
    ['that somebody halted it', 'drift', /halted the rollout outside/, pass(raising, endedAs('stopped'))],
    [
      'that somebody finalized it before the halt',
      'drift',
      /came too late/,
      pass(halting, endedAs('complete')),
    ],
    [
      'that there is nothing to automate',
      'failed',
      /no gradual rollout/,
      pass(fresh(), {
        kind: 'published',
        status: 'Published',
        rollout: { state: 'notGradual', percentage: 0 },
      }),
    ],
    ['that a pause is overdue', 'pauseOverdue', /was to end at/, pass(pausedUntil(hour), inProgress(5))],
  ])('%s', (_what, event, sentence, story) => {
    expect(seen(story)).toEqual([[event, expect.stringMatching(sentence)]]);
  });
});

describe('people are not told', () => {
  const resumable = pausedUntil(9 * hour);
  test.each<[what: string, story: Story]>([
    [
      'of a start',
      {
        before: undefined,
        change: withJournal(
          fresh(),
          [{ kind: 'command', actor: 'key', subject: 'start', sentence: 'Started.' }],
          start,
        ),
      },
    ],
    ['of a bake', pass(ramping(), inProgress(5), good, at(hour))],
    ['of too little evidence', pass(ramping(), inProgress(5), [evidence('inconclusive')])],
    ['of silence that does not last yet', pass(ramping(), inProgress(5), [evidence('unmeasured')])],
    ['of a raise before it came through', pass(ramping(), inProgress(5))],
    ['of a raise that was refused', settled(raising, { kind: 'refused', cause: 'no' })],
    ['of a halt that is tried again', settled(halting, { kind: 'failed', cause: 'no' })],
    ['of a finalize before it is confirmed', pass(last, inProgress(100), good, at(2 * day))],
    ['of a finalize that is tried again', pass(finalizing, inProgress(100), good, at(60_000))],
    ['of an end of a pause', told(resumable, { kind: 'resume', who: person, reason: 'fed' })],
    [
      'of a cap before it holds',
      told(ramping(), { kind: 'cap', who: person, reason: 'slow', percentage: 50 }),
    ],
    ['of an approval', told(approving, { kind: 'approve', who: person, reason: 'fine' })],
    [
      'of a pause again at the next look',
      pass(left(told(ramping(), { kind: 'pause', who: person, reason: 'x' })), inProgress(5)),
    ],
    [
      'of bad evidence again while it is bad',
      pass(left(pass(ramping(), inProgress(5), badHold)), inProgress(5), [
        ...badHold,
        evidence('good', { check: 'hangs' }),
      ]),
    ],
    ['of a missing approval again', pass(left(pass(approving, inProgress(5))), inProgress(5))],
  ])('%s', (_what, story) => {
    expect(seen(story)).toEqual([]);
  });
});

test('where two different people have to approve, no link does it', () => {
  const { before, change } = pass(twice, inProgress(5));
  const [notice] = newsOf(before, change);
  expect(notice?.event).toBe('needsApproval');
  expect(notice).not.toHaveProperty('approvable');
});

test('a halt that nobody confirms is told again each time, as another notice', () => {
  const first = pass(halting, inProgress(5));
  const second = pass(left(first), inProgress(5), good, at(12 * hour));
  const ids = [first, second].flatMap((story) => newsOf(story.before, story.change)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

test('a notice speaks of one entry of the journal, and is the same one however often it is made', () => {
  const { before, change } = pass(approving, inProgress(5));
  const [notice] = newsOf(before, change);
  expect(notice).toEqual({
    id: `${applicationId}.${flightId}.${submissionId}.1`,
    event: 'needsApproval',
    at: later,
    rolloutId: `${applicationId}.${flightId}.${submissionId}`,
    sequence: 1,
    publisher: 'contoso',
    ...{ applicationId, flightId, submissionId },
    versions: ['2.0.0.0'],
    phase: 'ramping',
    percentage: 5,
    sentence: change.entries[0]?.sentence,
    actor: 'policy',
    approvable: { step: 0, since: start },
    haltable: true,
  });
  expect(newsOf(before, change)).toEqual([notice]);
});

test('a notice says who gave the word', () => {
  const { before, change } = told(ramping(), { kind: 'pause', who: person, reason: 'lunch' });
  expect(newsOf(before, change)).toMatchObject([{ actor: 'person', by: 'ann' }]);
});

test.each([
  ['ramping', told(ramping(), { kind: 'pause', who: person, reason: 'lunch' }), true],
  ['halting', pass(halting, inProgress(5)), false],
  ['halted', settled(halting, shown('stopped', 0)), false],
])('a rollout that is %s can be halted: %#', (_phase, { before, change }, haltable) => {
  expect(newsOf(before, change)).toMatchObject([{ haltable }]);
});
