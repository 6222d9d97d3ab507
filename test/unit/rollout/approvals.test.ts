import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/shared/rollout/command.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { sameWho, type Who } from '../../../src/shared/rollout/vocabulary.ts';
import { at, hour, inProgress, policy, ramping } from '../../support/builders.ts';
import { accepted, alarm, grace, look, nobody, ops, pipeline, somebody } from './people.fixture.ts';

/** What is left, and what is given to everyone, only with the word of people who may approve. */

const reason = 'because';

const approving = (approvers: 1 | 2, needing: readonly number[] = [0, 1]): Rollout =>
  ramping({
    policy: policy({
      approvers,
      steps: [
        { percentage: 5, bake: '6h', approval: needing.includes(0) },
        { percentage: 25, bake: '6h', approval: needing.includes(1) },
        { percentage: 100, bake: '1d' },
      ],
    }),
  });
const approve = (rollout: Rollout, who: Who) => receive(rollout, { kind: 'approve', reason, who }, at(1));
const approvedBy = (rollout: Rollout, ...all: readonly Who[]): Rollout =>
  all.reduce((before, who) => accepted(before, { kind: 'approve', reason, who }, at(1)).rollout, rollout);

describe('an approval', () => {
  test('is for the current step, with whose it is', () => {
    expect(approvedBy(approving(1), ops).approvals).toEqual([{ ...ops, step: 0, reason, at: at(1) }]);
  });

  test('twice is once', () => {
    expect(approve(approvedBy(approving(1), ops), pipeline)).toEqual({
      kind: 'already',
      sentence: 'This step is approved.',
    });
  });

  test.each([
    ['the step that it was asked for', { step: 0, since: at(0) }, 'accepted'],
    ['a step that the rollout has left', { step: 1, since: at(0) }, 'refused'],
    ['an earlier stay at the same step', { step: 0, since: at(-hour) }, 'refused'],
  ])('for %s', (_, approves, kind) => {
    const answer = receive(approving(1), { kind: 'approve', reason, who: ops, approves }, at(1));
    expect(answer.kind).toBe(kind);
    if (answer.kind === 'refused')
      expect(answer.sentence).toBe('The rollout has left the step that was to be approved.');
  });
});

describe('an approval by two', () => {
  const before = approving(2);
  const approved = (...all: readonly Who[]) => approvedBy(before, ...all);
  const says = (rollout: Rollout) => look(rollout, at(6 * hour)).decision;

  test.each<[string, Rollout, string]>([
    ['two are wanted', before, 'two people’s approval'],
    ['one more is wanted', approved(ops), 'another person’s approval beside ops'],
    [
      'one more than a key’s is wanted',
      approved(pipeline),
      'another person’s approval beside the key pipeline',
    ],
  ])('holds while %s', (_, rollout, whose) => {
    expect(says(rollout)).toMatchObject({
      kind: 'hold',
      reason: 'approval',
      sentence: `All is well at 5 %; the policy wants ${whose} to go on.`,
    });
  });

  test('lets the step be left when both have given it', () => {
    expect(says(approved(ops, grace))).toMatchObject({ kind: 'raise', percentage: 25 });
  });

  test('twice by the same one counts once', () => {
    expect(approve(approved(ops), { ...ops })).toEqual({
      kind: 'already',
      sentence: 'You have approved this step; the policy wants another person’s approval as well.',
    });
    expect(approve(approved(pipeline), { ...pipeline }).kind).toBe('already');
  });

  test('by a person and a key of one name counts twice', () => {
    expect(approve(approved(ops), { actor: 'key', by: 'ops' }).kind).toBe('accepted');
  });

  test('a third one is of no use', () => {
    expect(approve(approved(ops, grace), pipeline)).toEqual({
      kind: 'already',
      sentence: 'This step is approved.',
    });
  });

  test('a new step needs both anew', () => {
    const raised = look(approved(ops, grace), at(6 * hour)).rollout;
    const entered = look(raised, at(7 * hour), { observed: inProgress(25) }).rollout;
    expect(entered).toMatchObject({ step: 1, approvals: [] });
    expect(look(entered, at(13 * hour)).decision).toMatchObject({
      reason: 'approval',
      sentence: 'All is well at 25 %; the policy wants two people’s approval to go on.',
    });
    expect(approve(entered, ops).kind).toBe('accepted');
  });

  test('is refused where the step needs none', () => {
    const last = { ...before, step: 2, percentage: 100 };
    expect(approve(last, ops).kind).toBe('refused');
  });
});

describe('a finalize, which passes every step to come', () => {
  const finalize = (who: Who, approves?: boolean): Command => ({ kind: 'finalize', reason, who, approves });
  /** `kept`: the word is kept, and another one is needed. */
  const becomes = (rollout: Rollout, command: Command): string => {
    const answer = receive(rollout, command, at(2));
    if (answer.kind !== 'accepted') return answer.kind;
    return answer.change.rollout.phase === 'finalizing' ? 'finalizing' : 'kept';
  };
  const one = approving(1, [0]);
  const two = approving(2, [0]);
  const later = approving(1, [0, 1]);
  const behind: Rollout = { ...approving(1, [0]), step: 1, percentage: 25 };
  const ofAnother: Rollout = { ...one, approvals: [{ ...grace, reason, step: 1, at: at(0) }] };

  test.each<[string, Rollout, { approves: string; only: string }]>([
    ['needs no approval any more', behind, { approves: 'finalizing', only: 'finalizing' }],
    ['needs one', one, { approves: 'finalizing', only: 'refused' }],
    ['needs one at a later step', later, { approves: 'finalizing', only: 'refused' }],
    ['has one of another step', ofAnother, { approves: 'finalizing', only: 'refused' }],
    ['has the one it needs', approvedBy(one, grace), { approves: 'finalizing', only: 'finalizing' }],
    [
      'has one for this step, and needs one for a later one',
      approvedBy(later, grace),
      { approves: 'finalizing', only: 'refused' },
    ],
    ['needs two', two, { approves: 'kept', only: 'refused' }],
    ['has one of two', approvedBy(two, grace), { approves: 'finalizing', only: 'refused' }],
    ['has the two it needs', approvedBy(two, grace, alarm), { approves: 'finalizing', only: 'finalizing' }],
  ])('of what %s', (_, rollout, { approves, only }) => {
    for (const who of somebody) {
      expect(becomes(rollout, finalize(who, true))).toBe(approves);
      expect(becomes(rollout, finalize(who, false))).toBe(only);
      expect(becomes(rollout, finalize(who))).toBe(only);
    }
  });

  test.each(somebody)('counts the approval of %o, who gives it, once', (who) => {
    expect(becomes(approvedBy(one, who), finalize(who))).toBe('finalizing');
    expect(becomes(approvedBy(two, who), finalize(who, true))).toBe('kept');
    const other = sameWho(who, grace) ? ops : grace;
    expect(becomes(approvedBy(two, other, who), finalize(who, true))).toBe('finalizing');
  });

  test('below a cap is refused before any word is kept for it', () => {
    const cap = { ...grace, reason, percentage: 50, at: at(0) };
    expect(receive({ ...two, cap }, finalize(ops, true), at(1))).toEqual({
      kind: 'refused',
      sentence: 'The rollout is capped at 50 %: lift the cap first.',
    });
  });

  test('of two approvers, one after the other, is that of the second; a step approved is none of it', () => {
    const first = accepted(approving(2, [0, 1]), finalize(ops, true), at(2)).rollout;
    expect(first).toMatchObject({ phase: 'ramping', decision: { kind: 'hold', reason: 'finalizeApproval' } });
    expect(becomes(first, finalize(ops, true))).toBe('already');
    expect(becomes(first, finalize(pipeline))).toBe('refused');
    expect(becomes(first, finalize(grace, true))).toBe('finalizing');
  });

  test.each([
    ['a person’s approval', one],
    ['two people’s approval', two],
  ])('says that %s is missing', (whose, rollout) => {
    expect(receive(rollout, finalize(ops), at(1))).toEqual({
      kind: 'refused',
      sentence: `Finalizing passes every step to come, and the policy wants ${whose} for that: an approver has to finalize.`,
    });
  });

  describe('by the policy of the next submission', () => {
    test.each<[string, Rollout]>([
      ['waits for an approval', one],
      ['has the approval of an earlier step only', ofAnother],
      ['has one approval of two', approvedBy(two, grace)],
      ['has a step ahead that needs an approval', approvedBy(later, grace)],
    ])('is refused for what %s', (_, rollout) => {
      for (const who of nobody)
        expect(receive(rollout, finalize(who), at(1))).toEqual({
          kind: 'refused',
          sentence: 'It still needs a person’s approval.',
        });
    });

    test.each<[string, Rollout]>([
      ['one approval', approvedBy(one, grace)],
      ['two approvals of two', approvedBy(two, grace, ops)],
    ])('takes a step that has %s', (_, rollout) => {
      for (const who of nobody) expect(becomes(rollout, finalize(who))).toBe('finalizing');
    });
  });
});
