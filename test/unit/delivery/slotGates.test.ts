import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Decision } from '../../../src/shared/delivery/decision.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import type {
  Automation,
  Observed,
  PublishedSubmission,
  Slot,
} from '../../../src/shared/delivery/observed.ts';
import { at, evidence, policy } from '../../support/builders.ts';
import {
  ask,
  awaited,
  cancelledBy,
  content,
  delivery,
  draft,
  kept,
  minute,
  onProduction,
  onTrack,
  otherId,
  ownId,
  slot,
  start,
  submission,
  taken,
} from './deliveries.fixture.ts';

type Row = {
  name: string;
  delivery?: Delivery;
  slot?: Slot;
  observed?: Observed;
  expected: { kind: Decision['kind'] } & Record<string, unknown>;
};

describe('what is examined first', () => {
  test.each<Row>([
    {
      name: 'packages that are wrong end it with every mistake, whatever the slot holds',
      observed: {
        kind: 'start',
        content: { kind: 'bad', mistakes: ['the archive is empty', 'a.txt is no package'] },
        slot: {},
      },
      expected: {
        kind: 'fail',
        reason: 'wrongPackages',
        sentence: 'The packages cannot be submitted: the archive is empty; a.txt is no package.',
      },
    },
    {
      name: 'what cannot be planned ends it before anything is changed',
      delivery: delivery('checking', { ask: ask({ existingPackages: { remove: ['9'] } }) }),
      slot: { published: onTrack() },
      expected: {
        kind: 'fail',
        reason: 'wrongPackages',
        sentence: 'There is no package 9 to remove; the track has Notes_1.msix (2001).',
      },
    },
    {
      name: 'a free slot lets it begin',
      slot: { published: onTrack() },
      expected: {
        kind: 'go',
        phase: 'creating',
        handed: { content, firstOfTrack: false, creates: 0 },
      },
    },
    {
      name: 'a track that has never published anything is remembered as such',
      expected: { kind: 'go', phase: 'creating', handed: { content, firstOfTrack: true, creates: 0 } },
    },
    {
      name: 'cancelled, it ends at once',
      delivery: delivery('checking', { cancel: cancelledBy }),
      expected: {
        kind: 'cancel',
        sentence: 'Cancelled on the word of ops: a wrong build. Nothing of it is left at the Store.',
      },
    },
    {
      name: 'what cannot be read is read again',
      observed: { kind: 'unreadable', cause: 'down' },
      expected: { kind: 'wait', reason: 'storeUnreadable', nextLookAt: at(10_000) },
    },
    {
      name: 'and when the Store says when, then',
      observed: { kind: 'unreadable', cause: 'throttled', retryAt: at(42_000) },
      expected: { kind: 'wait', nextLookAt: at(42_000) },
    },
  ])('$name', ({ delivery: of = delivery('checking'), slot: found, observed, expected }) => {
    expect(decide(of, observed ?? start(found), at(0))).toMatchObject(expected);
  });
});

describe('a pending submission in the slot', () => {
  const deleting = { ask: ask({ onPendingSubmission: 'delete' }) };
  const pending = (status: string, change = {}) => ({
    published: onTrack(),
    pending: submission({ submissionId: otherId, status, ...change }),
  });
  const failed = pending('CertificationFailed', { errors: [{ code: '1201', details: 'it crashes' }] });
  const refused = (reason: string, words: string) => ({
    kind: 'fail' as const,
    reason,
    sentence: expect.stringContaining(words),
  });
  test.each<Row>([
    {
      name: 'on its way is never touched',
      slot: pending('Certification'),
      expected: refused('inCertification', `submission ${otherId} is at Certification`),
    },
    {
      name: 'at a status that nobody knows is on its way',
      slot: pending('Teleporting'),
      expected: refused('inCertification', 'is at Teleporting'),
    },
    {
      name: 'made in Partner Center is never touched',
      slot: pending('PendingCommit', { madeByApi: false }),
      expected: refused('portalDraft', 'made in Partner Center'),
    },
    {
      name: 'that the Store publishes at this moment is not a draft, and never deleted',
      slot: pending('Published'),
      expected: refused('inCertification', 'is published at this very moment'),
    },
  ])('$name, with "refuse" and with "delete"', ({ slot: found, expected }) => {
    expect(decide(delivery('checking'), start(found), at(0))).toMatchObject(expected);
    expect(decide(delivery('checking', deleting), start(found), at(0))).toMatchObject(expected);
    expect(decide(delivery('clearing', deleting), slot(found), at(0))).toMatchObject(expected);
  });

  test.each<Row>([
    {
      name: 'a draft made by the API is refused',
      slot: pending('PendingCommit'),
      expected: refused('pendingDraft', 'Ask again with "onPendingSubmission": "delete"'),
    },
    {
      name: 'a failed submission is refused, in the Store’s words',
      slot: failed,
      expected: refused('failedSubmission', 'ended as CertificationFailed (1201: it crashes)'),
    },
    {
      name: 'a canceled one is a failed one',
      slot: pending('Canceled'),
      expected: refused('failedSubmission', 'ended as Canceled.'),
    },
    {
      name: 'a draft made by the API is deleted, if the request says so',
      delivery: delivery('checking', deleting),
      slot: pending('PendingCommit'),
      expected: {
        kind: 'go',
        phase: 'clearing',
        handed: { content, clearing: { kind: 'deletePending', submissionId: otherId } },
      },
    },
    {
      name: 'a failed submission is deleted, if the request says so',
      delivery: delivery('checking', deleting),
      slot: failed,
      expected: { kind: 'go', phase: 'clearing', handed: { clearing: { kind: 'deletePending' } } },
    },
    {
      name: 'the only submission of a flight is not, though the request says so',
      delivery: delivery('checking', deleting),
      slot: { pending: submission({ submissionId: otherId }) },
      expected: refused('pendingDraft', 'deleting it by the API can leave the flight unusable'),
    },
    {
      name: 'the only submission of production is',
      delivery: onProduction(delivery('checking', deleting)),
      slot: { pending: submission({ submissionId: otherId }) },
      expected: { kind: 'go', phase: 'clearing' },
    },
    {
      name: 'it comes before an unfinished rollout, which is looked at next',
      slot: {
        ...pending('Certification'),
        published: onTrack({ rollout: { state: 'inProgress', percentage: 5 } }),
      },
      expected: refused('inCertification', 'Certification'),
    },
  ])('$name', ({ delivery: of = delivery('checking'), slot: found, expected }) => {
    expect(decide(of, start(found), at(0))).toMatchObject(expected);
  });
});

describe('an unfinished rollout', () => {
  const automation = (change: Partial<Automation> = {}): Automation => ({
    rolloutId: 'r1',
    phase: 'ramping',
    paused: false,
    evidence: [evidence('good')],
    ...change,
  });
  const ramps = (change: Partial<PublishedSubmission> = {}) => ({
    published: onTrack({ rollout: { state: 'inProgress', percentage: 20 }, ...change }),
  });
  const under = (rule: 'refuse' | 'finalize' | 'halt') =>
    delivery('checking', { policy: policy({ onUnfinishedRollout: rule }) });
  const known = (change: Partial<Automation> = {}) => ramps({ automation: automation(change) });
  const clears = (kind: 'finalize' | 'halt') => ({
    kind: 'go' as const,
    phase: 'clearing',
    handed: { clearing: { kind, submissionId: otherId } },
  });
  const refused = (words: string) => ({
    kind: 'fail' as const,
    reason: 'unfinishedRollout',
    sentence: expect.stringContaining(words),
  });

  test.each<{ name: string; rule: 'refuse' | 'finalize' | 'halt'; slot: Slot; expected: Row['expected'] }>([
    {
      name: 'refuse: however healthy',
      rule: 'refuse',
      slot: known(),
      expected: refused('(inProgress at 20 %). Finalize or halt it first'),
    },
    { name: 'halt: healthy', rule: 'halt', slot: known(), expected: clears('halt') },
    {
      name: 'halt: bad',
      rule: 'halt',
      slot: known({ evidence: [evidence('bad')] }),
      expected: clears('halt'),
    },
    { name: 'halt: not automated', rule: 'halt', slot: ramps(), expected: clears('halt') },
    { name: 'halt: paused', rule: 'halt', slot: known({ paused: true }), expected: clears('halt') },
    { name: 'halt: halting', rule: 'halt', slot: known({ phase: 'halting' }), expected: clears('halt') },
    { name: 'finalize: every check good', rule: 'finalize', slot: known(), expected: clears('finalize') },
    {
      name: 'finalize: a dry run has no say',
      rule: 'finalize',
      slot: known({ evidence: [evidence('good'), evidence('bad', { check: 'dry', onBad: 'nothing' })] }),
      expected: clears('finalize'),
    },
    ...(['bad', 'unmeasured', 'inconclusive'] as const).map((kind) => ({
      name: `finalize: one check ${kind}`,
      rule: 'finalize' as const,
      slot: known({ evidence: [evidence('good'), evidence(kind, { check: 'hangs' })] }),
      expected: refused(`The policy says to finalize it, but hangs is ${kind} (${kind} numbers).`),
    })),
    {
      name: 'finalize: nothing but a dry run was asked',
      rule: 'finalize',
      slot: known({ evidence: [evidence('good', { onBad: 'nothing' })] }),
      expected: refused('no check of its health was asked yet'),
    },
    {
      name: 'finalize: no check was asked',
      rule: 'finalize',
      slot: known({ evidence: [] }),
      expected: refused('no check of its health was asked yet'),
    },
    {
      name: 'finalize: paused by somebody',
      rule: 'finalize',
      slot: known({ paused: true }),
      expected: refused('it is paused, or held by an alert'),
    },
    {
      name: 'finalize: capped by somebody',
      rule: 'finalize',
      slot: known({ cap: 25 }),
      expected: refused('The policy says to finalize it, but somebody capped it at 25 %.'),
    },
    {
      name: 'finalize: capped at everybody, which is no cap',
      rule: 'finalize',
      slot: known({ cap: 100 }),
      expected: clears('finalize'),
    },
    {
      name: 'finalize: its halt is under way',
      rule: 'finalize',
      slot: known({ phase: 'halting' }),
      expected: refused('its halt is under way'),
    },
    {
      name: 'finalize: not automated',
      rule: 'finalize',
      slot: ramps(),
      expected: refused('nothing is known of its health'),
    },
    ...(['notStarted', 'unknown'] as const).flatMap((state) =>
      (['finalize', 'halt'] as const).map((rule) => ({
        name: `${rule}: ${state}`,
        rule,
        slot: { published: onTrack({ rollout: { state, percentage: 5 }, automation: automation() }) },
        expected: refused(`The Store cannot ${rule} it in this state.`),
      })),
    ),
  ])('$name', ({ rule, slot: found, expected }) => {
    expect(decide(under(rule), start(found), at(0))).toMatchObject(expected);
  });

  test.each(['complete', 'stopped', 'notGradual'] as const)('that is %s is finished', (state) => {
    const found = start({ published: onTrack({ rollout: { state, percentage: 0 } }) });
    expect(decide(under('refuse'), found, at(0))).toMatchObject({ kind: 'go', phase: 'creating' });
  });

  test('takes its health along, as evidence and in words', () => {
    const decision = decide(under('finalize'), start(known()), at(0));
    expect(decision).toMatchObject({
      evidence: [evidence('good')],
      handed: { clearing: { rolloutId: 'r1' } },
      sentence: expect.stringMatching(/the policy says to finalize it .* Its health: launches good\.$/),
    });
  });

  test('is finalized only by evidence of the pass that does it', () => {
    const clearing = {
      kind: 'finalize',
      submissionId: otherId,
      rolloutId: 'known',
      reason: 'healthy then',
    } as const;
    const of = delivery('clearing', { policy: policy({ onUnfinishedRollout: 'finalize' }), clearing });
    expect(decide(of, slot(known()), at(0))).toMatchObject({ kind: 'act', act: { kind: 'clear' } });
    expect(decide(of, slot(known({ evidence: [evidence('bad')] })), at(0))).toMatchObject({ kind: 'fail' });
  });
});

describe('clearing', () => {
  const clearing = { kind: 'deletePending', submissionId: otherId, reason: 'as asked' } as const;
  const of = (change: Partial<Delivery> = {}) =>
    delivery('clearing', { ask: ask({ onPendingSubmission: 'delete' }), clearing, ...change });
  const pending = submission({ submissionId: otherId });
  test.each<Row>([
    {
      name: 'removes what was written down, while it stands there',
      slot: { published: onTrack(), pending },
      expected: {
        kind: 'act',
        act: { kind: 'clear', clearing: { kind: 'deletePending', submissionId: otherId } },
      },
    },
    {
      name: 'goes on when the slot is free',
      slot: { published: onTrack() },
      expected: { kind: 'go', phase: 'creating', handed: { creates: 0 } },
    },
    {
      name: 'writes down another obstacle before it is touched',
      slot: { published: onTrack(), pending: { ...pending, submissionId: ownId } },
      expected: { kind: 'go', phase: 'clearing', handed: { clearing: { submissionId: ownId } } },
    },
    {
      name: 'does not delete what somebody has committed since',
      slot: { published: onTrack(), pending: { ...pending, status: 'CommitStarted' } },
      expected: { kind: 'fail', reason: 'inCertification' },
    },
    {
      name: 'stops when cancelled',
      delivery: of({ cancel: cancelledBy }),
      slot: { published: onTrack(), pending },
      expected: { kind: 'cancel' },
    },
  ])('$name', ({ delivery: one = of(), slot: found, expected }) => {
    expect(decide(one, slot(found), at(0))).toMatchObject(expected);
  });
});

describe('a draft', () => {
  const fresh = submission();
  const asked = (creates: number, change: Partial<Delivery> = {}) =>
    delivery('creating', { creates, ...change });
  test.each<Row>([
    {
      name: 'is asked for once the slot is free',
      delivery: asked(0),
      slot: { published: onTrack() },
      expected: { kind: 'act', act: { kind: 'create' } },
    },
    {
      name: 'is asked for again, when the answer was lost and none has come',
      delivery: asked(1),
      slot: { published: onTrack() },
      expected: { kind: 'act', act: { kind: 'create' } },
    },
    {
      name: 'is adopted, when the answer was lost and one has come',
      delivery: asked(1),
      slot: { published: onTrack(), pending: fresh },
      expected: { kind: 'go', phase: 'updating', handed: { submissionId: ownId, firstOfTrack: false } },
    },
    {
      name: 'is known for the only one of its track',
      delivery: asked(2),
      slot: { pending: fresh },
      expected: { kind: 'go', phase: 'updating', handed: { submissionId: ownId, firstOfTrack: true } },
    },
    {
      name: 'is somebody else’s, while none was asked for',
      delivery: asked(0),
      slot: { published: onTrack(), pending: fresh },
      expected: { kind: 'fail', reason: 'pendingDraft' },
    },
    {
      name: 'made in Partner Center is somebody else’s',
      delivery: asked(1),
      slot: { published: onTrack(), pending: { ...fresh, madeByApi: false } },
      expected: { kind: 'fail', reason: 'portalDraft' },
    },
    {
      name: 'that has packages to upload already is somebody else’s',
      delivery: asked(1),
      slot: { published: onTrack(), pending: draft({ packages: [kept, awaited] }) },
      expected: { kind: 'fail', reason: 'pendingDraft' },
    },
    {
      name: 'that is committed already is somebody else’s',
      delivery: asked(1),
      slot: { published: onTrack(), pending: taken('CommitStarted') },
      expected: { kind: 'fail', reason: 'inCertification' },
    },
    {
      name: 'of somebody else is not deleted, though the request lets drafts go, and the page does not say so',
      delivery: asked(0, { ask: ask({ onPendingSubmission: 'delete' }) }),
      slot: { published: onTrack(), pending: fresh },
      expected: {
        kind: 'fail',
        sentence: `Before a draft could be made, the slot was taken. The track is taken: the draft ${ownId} was made by the API and not committed. Ask again with "onPendingSubmission": "delete" to have it deleted.`,
      },
    },
    {
      name: 'is not asked for while a rollout is unfinished',
      delivery: asked(0, { policy: policy({ onUnfinishedRollout: 'halt' }) }),
      slot: { published: onTrack({ rollout: { state: 'inProgress', percentage: 5 } }) },
      expected: { kind: 'fail', reason: 'unfinishedRollout' },
    },
    {
      name: 'is not asked for once it was cancelled',
      delivery: asked(0, { cancel: cancelledBy }),
      slot: { published: onTrack() },
      expected: { kind: 'cancel' },
    },
    {
      name: 'that may still come is waited for, when it was cancelled',
      delivery: asked(1, { cancel: cancelledBy }),
      slot: { published: onTrack() },
      expected: { kind: 'wait', reason: 'cancelled', nextLookAt: at(minute) },
    },
    {
      name: 'that comes after it was cancelled is taken for ours, to be deleted',
      delivery: asked(1, { cancel: cancelledBy }),
      slot: { published: onTrack(), pending: fresh },
      expected: { kind: 'go', phase: 'updating' },
    },
  ])('$name', ({ delivery: of = asked(0), slot: found, expected }) => {
    expect(decide(of, slot(found), at(0))).toMatchObject(expected);
  });

  test('that does not come within five minutes of a cancel is not waited for any longer', () => {
    const of = asked(1, { cancel: cancelledBy });
    expect(decide(of, slot({ published: onTrack() }), at(5 * minute))).toMatchObject({ kind: 'cancel' });
  });
});
