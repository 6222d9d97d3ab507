import { describe, expect, test } from 'vitest';
import type { CommandOf } from '../../../src/shared/rollout/command.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { at, policy, ramping } from '../../support/builders.ts';
import { accepted, ops } from './people.fixture.ts';

/** An approval that names its step, as the link of a message does: what was asked for earlier is no word for what comes later. */

const approving = policy({
  steps: [
    { percentage: 5, bake: '6h', approval: true },
    { percentage: 25, bake: '6h', approval: true },
    { percentage: 100, bake: '1d' },
  ],
});
const asked = { step: 0, since: at(0) };
const atFirst = (change: Partial<Rollout> = {}): Rollout =>
  ramping({ policy: approving, step: 0, stepSince: asked.since, ...change });
const approve = (approves?: CommandOf<'approve'>['approves']): CommandOf<'approve'> => ({
  ...{ kind: 'approve', reason: 'fine', who: ops },
  approves,
});

describe('an approval of one step', () => {
  test('is taken while the rollout is there', () => {
    const { rollout } = accepted(atFirst(), approve(asked), at(1));
    expect(rollout.approvals).toMatchObject([{ step: 0, by: 'ops', reason: 'fine' }]);
  });

  test.each<[what: string, change: Partial<Rollout>]>([
    ['is at a later step', { step: 1, percentage: 25, stepSince: at(1) }],
    ['came to the same step anew', { stepSince: at(1) }],
    ['knows no time of its step', { stepSince: undefined }],
  ])('is refused when the rollout %s, and nothing of it is kept', (_what, change) => {
    expect(receive(atFirst(change), approve(asked), at(2))).toEqual({
      kind: 'refused',
      sentence: 'The rollout has left the step that was to be approved.',
    });
  });

  test('is refused for what the rollout does now, when it is still at the step', () => {
    const halting = atFirst({
      phase: 'halting',
      intent: { kind: 'halt', actor: 'policy', reason: 'bad', since: at(1), attempts: 1 },
    });
    expect(receive(halting, approve(asked), at(2))).toEqual({
      kind: 'refused',
      sentence: 'Nothing waits for approval: the rollout is halting at 5 %.',
    });
  });

  test('is refused as too late and not as given, even if somebody approved the step that follows', () => {
    const later = atFirst({
      ...{ step: 1, percentage: 25, stepSince: at(1) },
      approvals: [{ step: 1, ...ops, reason: 'fine', at: at(1) }],
    });
    expect(receive(later, approve(asked), at(2)).kind).toBe('refused');
  });
});

test('an approval that names no step is one of whichever is current', () => {
  for (const step of [0, 1]) {
    const { rollout } = accepted(atFirst({ step, stepSince: at(step) }), approve(), at(2));
    expect(rollout.approvals).toMatchObject([{ step }]);
  }
});
