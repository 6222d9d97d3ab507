import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/rollout/decide.ts';
import type { Decision } from '../../../src/shared/rollout/decision.ts';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import type { Intent, Rollout } from '../../../src/shared/rollout/rollout.ts';
import {
  at,
  day,
  endedAs,
  evidence,
  fresh,
  hour,
  inProgress,
  policy,
  policyDocument,
  ramping,
} from '../../support/builders.ts';
import { alarm, nobody, ops, somebody } from './people.fixture.ts';

const minute = 60_000;
const good = [evidence('good')];
const by = { ...ops, reason: 'because', at: at(0) } as const;

type Details = Partial<Pick<Intent, 'actor' | 'by' | 'attempts' | 'escalatedAt' | 'acknowledgedAt'>>;
const common = { actor: 'policy', reason: 'because', since: at(0), attempts: 1 } as const;
const intent = (kind: 'halt' | 'finalize', change: Details = {}): Intent => ({ kind, ...common, ...change });
const raiseTo = (percentage: number, step: number): Intent => ({
  kind: 'raise',
  percentage,
  step,
  ...common,
});

type Row = {
  name: string;
  rollout?: Rollout;
  observed?: Observed;
  evidence?: readonly Evidence[];
  now?: Date;
  expected: Partial<Decision> & { kind: Decision['kind'] };
};

function check({
  rollout = ramping(),
  observed = inProgress(5),
  evidence: found = good,
  now = at(6 * hour),
  expected,
}: Row) {
  expect(decide(rollout, observed, found, now)).toMatchObject(expected);
}

describe('before publication', () => {
  const unpublished = (status: string, problems: string[] = []): Observed => ({
    kind: 'unpublished',
    status,
    problems,
  });
  test.each<Row>([
    {
      name: 'waits while the Store certifies',
      observed: unpublished('Certification'),
      expected: {
        kind: 'wait',
        reason: 'notPublished',
        sentence: 'The Store is at Certification; the rollout begins once it publishes.',
        nextLookAt: at(5 * minute),
      },
    },
    {
      name: 'waits at a status that it does not know',
      observed: unpublished('Teleporting'),
      expected: { kind: 'wait', reason: 'notPublished' },
    },
    {
      name: 'holds for a draft',
      observed: unpublished('PendingCommit'),
      expected: { kind: 'hold', reason: 'draft' },
    },
    {
      name: 'says that a commit fell back',
      rollout: fresh({ submissionStatus: 'CommitStarted' }),
      observed: unpublished('PendingCommit'),
      expected: {
        kind: 'hold',
        reason: 'fellBack',
        sentence: 'The Store fell back from CommitStarted to PendingCommit; commit the submission again.',
      },
    },
    {
      name: 'fails with the Store’s own words',
      observed: unpublished('CertificationFailed', ['1201: crashes at start']),
      expected: {
        kind: 'fail',
        reason: 'submissionFailed',
        sentence:
          'The Store will not publish the submission, its status is CertificationFailed: 1201: crashes at start. Mend it and start a rollout for the new submission.',
      },
    },
    {
      name: 'fails when it was canceled',
      observed: unpublished('Canceled'),
      expected: { kind: 'fail', reason: 'submissionFailed' },
    },
    {
      name: 'fails when the submission is gone',
      observed: { kind: 'missing', cause: 'not found' },
      expected: { kind: 'fail', reason: 'submissionMissing' },
    },
    {
      name: 'fails when it went to everyone',
      observed: { kind: 'published', status: 'Published', rollout: { state: 'notGradual', percentage: 0 } },
      expected: { kind: 'fail', reason: 'notGradual' },
    },
    {
      name: 'waits for the Store to begin',
      observed: { kind: 'published', status: 'Published', rollout: { state: 'notStarted', percentage: 5 } },
      expected: { kind: 'wait', reason: 'notStarted' },
    },
    {
      name: 'takes over the rollout once published',
      observed: { ...inProgress(5), candidateVersions: ['2.0.0.0'] } as Observed,
      expected: {
        kind: 'adopt',
        reason: 'published',
        adoption: { change: 'published', percentage: 5, candidateVersions: ['2.0.0.0'] },
      } as Row['expected'],
    },
    {
      name: 'a halt waits for publication',
      rollout: fresh({ phase: 'halting', intent: intent('halt') }),
      observed: unpublished('Certification'),
      expected: {
        kind: 'wait',
        sentence: 'The Store is at Certification; the halt follows as soon as it publishes the submission.',
      },
    },
    {
      name: 'and is carried out then',
      rollout: fresh({ phase: 'halting', intent: intent('halt') }),
      expected: { kind: 'halt', reason: 'haltUnderway' },
    },
  ])('$name', (row) => check({ rollout: fresh(), now: at(0), evidence: [], ...row }));
});

describe('while a step bakes', () => {
  test.each<Row>([
    {
      name: 'waits, and looks again at the end of the bake',
      now: at(5 * hour + 55 * minute),
      expected: {
        kind: 'wait',
        reason: 'baking',
        sentence: 'Baking at 5 % until 2026-11-02 06:00 UTC.',
        nextLookAt: at(6 * hour),
      },
    },
    {
      name: 'looks every ten minutes for drift and harm',
      now: at(0),
      expected: { kind: 'wait', nextLookAt: at(10 * minute) },
    },
    {
      name: 'halts in the middle of it',
      now: at(1),
      evidence: [evidence('bad')],
      expected: {
        kind: 'halt',
        reason: 'harm',
        sentence: 'Halting at 5 %, because of launches: bad numbers.',
      },
    },
    {
      name: 'says what is unmeasured before it matters',
      now: at(1),
      evidence: [evidence('unmeasured')],
      expected: { kind: 'wait', reason: 'bakingUnmeasured' },
    },
    {
      name: 'bakes below the first step as long as at it',
      rollout: ramping({ step: -1, percentage: 1 }),
      observed: inProgress(1),
      now: at(5 * hour),
      expected: { kind: 'wait', reason: 'baking' },
    },
    {
      name: 'looks when a source can know more',
      now: at(0),
      evidence: [evidence('inconclusive', { pendingUntil: at(minute) })],
      expected: { kind: 'wait', nextLookAt: at(minute) },
    },
  ])('$name', check);
});

describe('after the bake', () => {
  const noAsk = ramping({ percentage: 0, reached: 0, step: -1 });
  test.each<Row>([
    {
      name: 'raises to the next step on good evidence',
      expected: {
        kind: 'raise',
        percentage: 25,
        step: 1,
        sentence: 'Raising from 5 % to 25 %, step 2 of 3; launches: good numbers.',
      },
    },
    {
      name: 'holds while unmeasured',
      evidence: [evidence('unmeasured')],
      expected: {
        kind: 'hold',
        reason: 'unmeasured',
        sentence: 'Holding at 5 %, unmeasured: launches: unmeasured numbers.',
      },
    },
    {
      name: 'holds for more evidence',
      evidence: [evidence('inconclusive')],
      expected: { kind: 'hold', reason: 'inconclusive' },
    },
    { name: 'holds when nobody was asked', evidence: [], expected: { kind: 'hold', reason: 'unasked' } },
    {
      name: 'holds on what the policy says to hold on',
      evidence: [evidence('bad', { onBad: 'hold' })],
      expected: { kind: 'hold', reason: 'bad' },
    },
    {
      name: 'holds if one of two is unmeasured',
      evidence: [evidence('good'), evidence('unmeasured', { check: 'hangs' })],
      expected: { kind: 'hold', reason: 'unmeasured' },
    },
    {
      name: 'halts if one of two is bad',
      evidence: [evidence('unmeasured'), evidence('bad', { check: 'hangs' })],
      expected: { kind: 'halt' },
    },
    {
      name: 'lets no dry run halt',
      evidence: [evidence('good'), evidence('bad', { check: 'dry', onBad: 'nothing' })],
      expected: { kind: 'raise' },
    },
    {
      name: 'lets no dry run hold',
      evidence: [evidence('good'), evidence('unmeasured', { check: 'dry', onBad: 'nothing' })],
      expected: { kind: 'raise' },
    },
    {
      name: 'raises from 0 % without evidence, because nobody has the build',
      rollout: noAsk,
      observed: inProgress(0),
      evidence: [evidence('unmeasured')],
      now: at(0),
      expected: {
        kind: 'raise',
        percentage: 5,
        step: 0,
        sentence: 'Raising from 0 % to 5 %, step 1 of 3; nobody has the build yet.',
      },
    },
    {
      name: 'finalizes after the last step',
      rollout: ramping({ step: 2, percentage: 100 }),
      observed: inProgress(100),
      now: at(day),
      expected: { kind: 'finalize', reason: 'proven', actor: 'policy' },
    },
    {
      name: 'leaves that to a person if the policy does',
      rollout: ramping({ step: 2, percentage: 100, policy: policy({ finalize: 'manual' }) }),
      observed: inProgress(100),
      now: at(day),
      expected: { kind: 'hold', reason: 'finalizeByHand' },
    },
  ])('$name', check);
});

test('lowered to 0 % somebody has the build all the same, so nothing is raised unproven', () => {
  const lowered = ramping({ percentage: 0, reached: 25, step: -1 });
  expect(decide(lowered, inProgress(0), [evidence('unmeasured')], at(6 * hour)).kind).toBe('hold');
  expect(decide(lowered, inProgress(0), [evidence('good')], at(1)).kind).toBe('wait');
});

describe('people', () => {
  const needsApproval = ramping({
    policy: policy({
      steps: [
        { percentage: 5, bake: '6h', approval: true },
        { percentage: 100, bake: '1d' },
      ],
    }),
  });
  const capAt = (percentage: number) => ({ ...by, percentage });
  test.each<Row>([
    {
      name: 'a pause holds',
      rollout: ramping({ pause: by }),
      expected: {
        kind: 'hold',
        reason: 'paused',
        sentence: 'Paused at 5 % since 2026-11-02 00:00 UTC: because',
      },
    },
    {
      name: 'a pause does not keep harm from halting',
      rollout: ramping({ pause: by }),
      evidence: [evidence('bad')],
      expected: { kind: 'halt' },
    },
    {
      name: 'a step that needs approval holds',
      rollout: needsApproval,
      expected: { kind: 'hold', reason: 'approval' },
    },
    {
      name: 'approval is asked for last',
      rollout: needsApproval,
      evidence: [evidence('inconclusive')],
      expected: { kind: 'hold', reason: 'inconclusive' },
    },
    {
      name: 'an approved step is left',
      rollout: { ...needsApproval, approvals: [{ ...by, step: 0 }] },
      expected: { kind: 'raise' },
    },
    {
      name: 'the approval of another step does not count',
      rollout: { ...needsApproval, approvals: [{ ...by, step: 1 }] },
      expected: { kind: 'hold', reason: 'approval' },
    },
    {
      name: 'a cap below the next step holds',
      rollout: ramping({ cap: capAt(24) }),
      expected: { kind: 'hold', reason: 'capped', sentence: 'Holding at 5 %, capped at 24 %: because' },
    },
    {
      name: 'a cap at the next step does not',
      rollout: ramping({ cap: capAt(25) }),
      expected: { kind: 'raise', percentage: 25 },
    },
    {
      name: 'a cap keeps from finalizing',
      rollout: ramping({ step: 2, percentage: 100, cap: capAt(99.9) }),
      observed: inProgress(100),
      now: at(day),
      expected: { kind: 'hold', reason: 'capped' },
    },
  ])('$name', check);
});

describe('a finalize under way, while evidence says otherwise', () => {
  const finalizing = (change: Details) =>
    ramping({
      phase: 'finalizing',
      intent: intent('finalize', change),
      unmeasured: { launches: { since: at(0) } },
      policy: policy({ unmeasured: { escalateAfter: '6h', onEscalation: 'halt' } }),
    });
  const against = ['bad', 'unmeasured'] as const;
  const each = <Of>(all: readonly Of[]) => all.flatMap((one) => against.map((kind) => [one, kind] as const));

  test.each(each(somebody))('goes on when it is the word of %o, whatever is %s', (who, kind) => {
    expect(decide(finalizing(who), inProgress(5), [evidence(kind)], at(6 * hour))).toMatchObject({
      kind: 'finalize',
      reason: 'finalizeUnderway',
      ...who,
    });
  });

  test.each(each(nobody))('gives way to a halt when it is the word of %o and it is %s', (who, kind) => {
    expect(decide(finalizing(who), inProgress(5), [evidence(kind)], at(6 * hour))).toMatchObject({
      kind: 'halt',
      actor: 'policy',
      reason: kind === 'bad' ? 'harm' : 'silence',
    });
  });
});

describe('the Store’s own word outranks what is stored', () => {
  test.each<Row>([
    {
      name: 'somebody halted',
      observed: endedAs('stopped'),
      expected: {
        kind: 'adopt',
        reason: 'stopped',
        actor: 'partnerCenter',
        sentence: 'Somebody halted the rollout outside Rampart at 5 %.',
      },
    },
    {
      name: 'somebody finalized',
      observed: endedAs('complete'),
      expected: { kind: 'adopt', reason: 'complete', actor: 'partnerCenter' },
    },
    {
      name: 'somebody raised',
      observed: inProgress(40),
      expected: {
        kind: 'adopt',
        reason: 'raised',
        adoption: { change: 'raised', percentage: 40 },
      } as Row['expected'],
    },
    {
      name: 'somebody lowered',
      observed: inProgress(2),
      expected: {
        kind: 'adopt',
        reason: 'lowered',
        adoption: { change: 'lowered', percentage: 2 },
      } as Row['expected'],
    },
    {
      name: 'harm halts before drift is taken over',
      observed: inProgress(40),
      evidence: [evidence('bad')],
      expected: { kind: 'halt' },
    },
    {
      name: 'another submission on the track is looked at again',
      observed: { ...inProgress(5), replacedBy: '1152921504621086999' } as Observed,
      expected: { kind: 'hold', reason: 'replaced' },
    },
    {
      name: 'and believed the second time',
      rollout: ramping({
        decision: { kind: 'hold', reason: 'replaced', sentence: 'The track …', at: at(0) },
      }),
      observed: { ...inProgress(5), replacedBy: '1152921504621086999' } as Observed,
      expected: { kind: 'fail', reason: 'replaced' },
    },
    {
      name: 'and not forgotten because the track cannot be read',
      rollout: ramping({
        decision: { kind: 'hold', reason: 'replaced', sentence: 'The track …', at: at(0) },
      }),
      observed: { ...inProgress(5), trackUnread: true } as Observed,
      expected: { kind: 'hold', reason: 'replaced' },
    },
    {
      name: 'an end outside Rampart names the submission that came after',
      observed: { ...endedAs('stopped'), replacedBy: '1152921504621086999' } as Observed,
      expected: {
        kind: 'adopt',
        sentence:
          'Somebody halted the rollout outside Rampart at 5 %. The track now publishes submission 1152921504621086999.',
      },
    },
    {
      name: 'a small raise is not confirmed by the percentage before it',
      rollout: ramping({
        percentage: 0.1,
        policy: policy({
          steps: [
            { percentage: 0.1, bake: '6h' },
            { percentage: 0.5, bake: '6h' },
            { percentage: 100, bake: '6h' },
          ],
        }),
        intent: raiseTo(0.5, 1),
      }),
      observed: inProgress(0.1),
      expected: { kind: 'raise', percentage: 0.5 },
    },
    {
      name: 'an own raise that came through late is confirmed',
      rollout: ramping({ intent: raiseTo(25, 1) }),
      observed: inProgress(25),
      expected: { kind: 'adopt', reason: 'confirmed:raise' },
    },
    {
      name: 'an own halt is confirmed',
      rollout: ramping({ phase: 'halting', intent: intent('halt') }),
      observed: endedAs('stopped'),
      expected: { kind: 'adopt', reason: 'confirmed:halt' },
    },
    {
      name: 'an own finalize is confirmed',
      rollout: ramping({ phase: 'finalizing', intent: intent('finalize') }),
      observed: endedAs('complete'),
      expected: { kind: 'adopt', reason: 'confirmed:finalize' },
    },
    {
      name: 'a halt that came too late says so',
      rollout: ramping({ phase: 'halting', intent: intent('halt') }),
      observed: endedAs('complete'),
      expected: {
        kind: 'adopt',
        sentence:
          'The halt came too late: the Store shows the rollout finalized, so everyone gets the build. Only a new submission helps.',
      },
    },
    {
      name: 'a difference that nobody can set is none',
      observed: inProgress(5.000_001),
      expected: { kind: 'raise' },
    },
    {
      name: 'an unreadable Store raises nothing',
      observed: { kind: 'unreadable', cause: 'it answered 503' },
      expected: {
        kind: 'wait',
        reason: 'storeUnreadable',
        sentence: 'The Store could not be read: it answered 503. Nothing is raised until it can.',
        nextLookAt: at(6 * hour + 2 * minute),
      },
    },
    {
      name: 'is told to people after an hour',
      rollout: ramping({ storeUnreadable: { since: at(5 * hour) } }),
      observed: { kind: 'unreadable', cause: 'the secret has expired' },
      expected: { kind: 'wait', escalation: { of: 'store' } },
    },
    {
      name: 'does not keep harm from halting',
      observed: { kind: 'unreadable', cause: 'it answered 503' },
      evidence: [evidence('bad')],
      expected: { kind: 'halt', reason: 'harm' },
    },
    {
      name: 'and is read again when it says',
      observed: { kind: 'unreadable', cause: 'busy', retryAt: at(7 * hour) },
      expected: { kind: 'wait', nextLookAt: at(7 * hour) },
    },
  ])('$name', check);
});

describe('a halt under way', () => {
  const halting = (change: Details = {}) => ramping({ phase: 'halting', intent: intent('halt', change) });
  test.each<Row>([
    {
      name: 'goes on at any evidence',
      rollout: halting(),
      expected: { kind: 'halt', reason: 'haltUnderway' },
    },
    {
      name: 'goes on below and above the percentage',
      rollout: halting(),
      observed: inProgress(60),
      expected: { kind: 'halt', reason: 'haltUnderway' },
    },
    {
      name: 'is retried ever more slowly, up to five minutes',
      rollout: halting({ attempts: 9 }),
      expected: { kind: 'halt', nextLookAt: at(6 * hour + 5 * minute) },
    },
    {
      name: 'goes on in the name of whoever gave it',
      rollout: halting(alarm),
      expected: { kind: 'halt', ...alarm },
    },
    {
      name: 'tells people once the policy’s limit is over',
      rollout: halting(),
      now: at(5 * minute),
      expected: { kind: 'halt', escalation: { of: 'intent' } },
    },
    {
      name: 'and tells them again after as long',
      rollout: halting({ escalatedAt: at(5 * minute) }),
      now: at(10 * minute),
      expected: { kind: 'halt', escalation: { of: 'intent' } },
    },
    {
      name: 'says for how long and how often it was tried, and what came of it',
      rollout: ramping({
        phase: 'halting',
        intent: { ...intent('halt', { attempts: 4 }), lastOutcome: 'timed out' },
      }),
      now: at(10 * minute),
      expected: { kind: 'halt', sentence: 'because Not confirmed for 10 min and 4 attempts (timed out).' },
    },
    {
      name: 'is tried, and told to people, even while the Store cannot be read',
      rollout: halting(),
      observed: { kind: 'unreadable', cause: 'down' },
      now: at(5 * minute),
      expected: { kind: 'halt', escalation: { of: 'intent' } },
    },
  ])('$name', check);

  test('that waits for publication is no trouble', () => {
    const waiting = fresh({ phase: 'halting', intent: intent('halt') });
    const unpublished: Observed = { kind: 'unpublished', status: 'Certification', problems: [] };
    expect(decide(waiting, unpublished, [], at(9 * hour))).not.toHaveProperty('escalation');
  });

  test('is tried even at a rollout status that nobody knows', () => {
    const odd: Observed = {
      kind: 'published',
      status: 'Published',
      rollout: { state: 'unknown', percentage: 5 },
    };
    expect(decide(halting(), odd, [], at(0)).kind).toBe('halt');
  });

  const told = { escalatedAt: at(5 * minute) };
  test.each([
    ['before its limit', halting(), 5 * minute - 1],
    ['again before as long has passed', halting(told), 10 * minute - 1],
    ['once somebody knows', halting({ ...told, acknowledgedAt: at(6 * minute) }), 9 * day],
  ])('is not told %s', (_, rollout, now) => {
    expect(decide(rollout, inProgress(5), [], at(now))).not.toHaveProperty('escalation');
  });

  test.each(['1m', '5m', '2h'])('has the limit that its policy says: %s', (limit) => {
    const own = policy({ escalateHaltAfter: limit });
    const rollout = { ...halting(), policy: own };
    const escalatesAt = (ms: number) => 'escalation' in decide(rollout, inProgress(5), [], at(ms));
    expect([own.escalateHaltAfter - 1, own.escalateHaltAfter].map(escalatesAt)).toEqual([false, true]);
  });

  test('has a limit of its own: a finalize may take longer', () => {
    const finalizing = ramping({ phase: 'finalizing', intent: intent('finalize') });
    const escalatesAt = (ms: number) => 'escalation' in decide(finalizing, inProgress(5), good, at(ms));
    expect([15 * minute - 1, 15 * minute].map(escalatesAt)).toEqual([false, true]);
  });
});

describe('at the pace of evidence', () => {
  const rollout = ramping({
    policy: policy({
      pace: 'evidence',
      steps: [
        { percentage: 5, bake: '6h', maximumBake: '2d' },
        { percentage: 100, bake: '6h', maximumBake: '2d', approval: true },
      ],
    }),
  });
  const safe = (eValue: number) => [evidence('good', { safety: { eValue, needed: 20 } })];
  const proving = { kind: 'wait', reason: 'proving' } as const;

  test.each<Row>([
    {
      name: 'a step is not left before its bake is over, however safe the build is',
      rollout,
      evidence: safe(1_000),
      now: at(6 * hour - 1),
      expected: { kind: 'wait', reason: 'baking' },
    },
    {
      name: 'then it waits until harm is excluded, and says until when',
      rollout,
      evidence: safe(19.9),
      expected: {
        ...proving,
        sentence: 'Waiting at 5 % until harm is excluded, or 2026-11-04 00:00 UTC: launches: good numbers.',
      },
    },
    { name: 'and is left once that is so', rollout, evidence: safe(20), expected: { kind: 'raise' } },
    {
      name: 'each check that may stop a raise has to exclude it',
      rollout,
      evidence: [...safe(20), evidence('good', { check: 'hangs', safety: { eValue: 1, needed: 20 } })],
      expected: proving,
    },
    {
      name: 'one that tests nothing has nothing to exclude, and a dry run need not',
      rollout,
      evidence: [
        ...safe(20),
        evidence('good', { check: 'startup' }),
        evidence('good', { check: 'hangs', onBad: 'nothing', safety: { eValue: 1, needed: 20 } }),
      ],
      expected: { kind: 'raise' },
    },
    {
      name: 'after the longest bake it is left without',
      rollout,
      evidence: safe(1),
      now: at(2 * day),
      expected: { kind: 'raise' },
    },
    {
      name: 'but not against what else holds',
      rollout,
      evidence: [evidence('inconclusive', { safety: { eValue: 1, needed: 20 } })],
      now: at(2 * day),
      expected: { kind: 'hold', reason: 'inconclusive' },
    },
    {
      name: 'a policy of another pace does not ask',
      evidence: safe(1),
      expected: { kind: 'raise' },
    },
  ])('$name', check);
});

describe('raises that do not come through', () => {
  const failed = (count: number, lastAt: Date, since = at(5 * hour)) =>
    ramping({ failedRaises: { since, count, lastAt, cause: 'it said no' } });
  test.each<Row>([
    {
      name: 'are held back, ever longer',
      rollout: failed(3, at(6 * hour - minute)),
      expected: {
        kind: 'hold',
        reason: 'raiseFailed',
        sentence:
          'Holding at 5 %: 3 raises did not come through since 2026-11-02 05:00 UTC, the last because it said no.',
        nextLookAt: at(6 * hour + minute),
      },
    },
    {
      name: 'are tried again then',
      rollout: failed(3, at(6 * hour - 2 * minute)),
      expected: { kind: 'raise', percentage: 25 },
    },
    {
      name: 'are tried once an hour at least',
      rollout: failed(99, at(5 * hour)),
      expected: { kind: 'raise' },
    },
    {
      name: 'are told to people after an hour',
      rollout: failed(99, at(6 * hour - minute)),
      expected: { kind: 'hold', escalation: { of: 'raise' } },
    },
  ])('$name', check);
});

describe('silence', () => {
  const silent = [evidence('unmeasured')];
  const since = (ms: number, told?: number) =>
    ramping({
      unmeasured: { launches: { since: at(ms), ...(told !== undefined && { escalatedAt: at(told) }) } },
    });
  test.each<Row>([
    {
      name: 'is told to people after its limit',
      rollout: since(0),
      evidence: silent,
      expected: {
        kind: 'hold',
        reason: 'unmeasured',
        escalation: { of: 'unmeasured', checks: ['launches'] },
      },
    },
    {
      name: 'is told during the bake as well',
      rollout: { ...since(-6 * hour) },
      evidence: silent,
      now: at(0),
      expected: { kind: 'wait', escalation: { of: 'unmeasured', checks: ['launches'] } },
    },
    {
      name: 'halts only if the policy says so',
      rollout: { ...since(0), policy: policy({ unmeasured: { escalateAfter: '6h', onEscalation: 'halt' } }) },
      evidence: silent,
      expected: { kind: 'halt', reason: 'silence' },
    },
  ])('$name', check);

  test.each([
    ['before its limit', since(1)],
    ['again before as long has passed', since(0, 1)],
  ])('is not told %s', (_, rollout) => {
    expect(decide(rollout, inProgress(5), silent, at(6 * hour))).not.toHaveProperty('escalation');
  });

  test('of a dry run is told to nobody', () => {
    const dry = [evidence('good'), evidence('unmeasured', { check: 'dry', onBad: 'nothing' })];
    expect(
      decide(ramping({ unmeasured: { dry: { since: at(0) } } }), inProgress(5), dry, at(6 * hour)).kind,
    ).toBe('raise');
  });
});

test('the policy of the builders is the one that these tables assume', () => {
  expect(policyDocument().steps.map(({ percentage, bake }) => `${percentage} ${bake}`)).toEqual([
    '5 6h',
    '25 12h',
    '100 1d',
  ]);
});
