import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { type Ending, endedRightly } from '../../demo/ending.ts';
import { unpainted } from '../../demo/paint.ts';
import { bad, healthy } from '../../demo/story.ts';
import { summaryOf } from '../../demo/summary.ts';
import { hour, hoursIn, start } from './watched.fixture.ts';

const completed: Ending = {
  build: healthy,
  phase: 'completed',
  storeStatus: 'PackageRolloutComplete',
  byPolicy: true,
  byHand: undefined,
  endedAt: hoursIn(110),
  highest: 100,
  decisive: 'Finalizing: the last step has proven itself.',
  harm: { audience: 100_000, users: 94_000.4, crashes: 2_000, crashesAtOnce: 2_200 },
};
const halted: Ending = {
  build: bad,
  phase: 'halted',
  storeStatus: 'PackageRolloutStopped',
  byPolicy: true,
  byHand: undefined,
  endedAt: hoursIn(25),
  highest: 5,
  decisive: 'Halting at 5 %, because of launch.',
  harm: { audience: 100_000, users: 3_785, crashes: 92, crashesAtOnce: 1_840 },
};

const run = { start, domainMs: 110 * hour, realMs: 45_400, takesCommands: true };
const say = (endings: readonly Ending[], width = 500) => summaryOf(endings, run, width, unpainted);

describe('the summary', () => {
  test('says of each rollout its end, when, how far it came, why, and what its users had of it', () => {
    expect(say([completed, halted])).toEqual([
      '✔ Contoso Notes 2.4.0.0 (a healthy build): completed 4 d 14 h after the start, at most at 100 %; the Store shows PackageRolloutComplete.',
      '  Finalizing: the last step has proven itself.',
      '  94,000 of 100,000 daily users got it and saw 2,000 crashes.',
      '',
      '✔ Contoso Paint 5.1.0.0 (crashes three times as often): halted 1 d 1 h after the start, at most at 5 %; the Store shows PackageRolloutStopped.',
      '  Halting at 5 %, because of launch.',
      '  3,785 of 100,000 daily users got it and saw 92 crashes until the halt. Offered to everyone at once, it would have been about 1,800 in the same time.',
      '',
      '4 d 14 h of rollouts in 45 s.',
    ]);
  });

  test('names everything that is not as it should be', () => {
    const wrong: Ending = {
      ...halted,
      phase: 'completed',
      storeStatus: 'PackageRolloutComplete',
      byPolicy: false,
    };
    const [head, what] = say([wrong]);
    expect(head).toMatch(/^✘ Contoso Paint/);
    expect(what).toBe(
      '  This is not as it should be: Rampart should say halted, and the Store should show PackageRolloutStopped, and the halt should be the policy’s own.',
    );
  });

  describe('of a rollout that somebody ended', () => {
    const byCommand: Ending = {
      ...{ ...halted, build: healthy, byPolicy: false, byHand: 'command' },
      decisive: 'Halting at 5 % on the word of the function key: a try.',
    };

    test.each([
      ['command', 'It ended by your command, not by its policy.'],
      ['alert', 'It ended by an alert, not by its policy.'],
      ['partnerCenter', 'It was ended in Partner Center, not by its policy.'],
    ] as const)('says so without a cross: %s', (hand, sentence) => {
      const [head, remark, why] = say([{ ...byCommand, byHand: hand }]);
      expect(head).toMatch(/^• Contoso Notes .*: halted /);
      expect(remark).toBe(`  ${sentence}`);
      expect(why).toBe(`  ${byCommand.decisive}`);
    });

    test('says so as well where the policy would have ended it alike', () => {
      const [head] = say([{ ...halted, byPolicy: false, byHand: 'command' }]);
      expect(head).toMatch(/^• Contoso Paint .*: halted /);
    });

    test('has its cross where the Store shows otherwise', () => {
      const [head, what] = say([{ ...byCommand, storeStatus: 'PackageRolloutInProgress' }]);
      expect(head).toMatch(/^✘ Contoso Notes/);
      expect(what).toMatch(/^ {2}This is not as it should be: Rampart should say completed, and the Store /);
    });

    test('has its cross where nobody was to give commands', () => {
      const [head, what] = summaryOf([byCommand], { ...run, takesCommands: false }, 500, unpainted);
      expect(head).toMatch(/^✘ Contoso Notes/);
      expect(what).toMatch(/ and the finalize should be the policy’s own\.$/);
      expect(endedRightly(byCommand)).toBe(false);
    });
  });

  test.each([40, 80, 120])('has no line wider than %i columns', (width) => {
    for (const line of say([completed, halted], width)) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });
});

describe('an end is right', () => {
  test('if Rampart, the Store and the journal agree', () => {
    expect(endedRightly(completed)).toBe(true);
    expect(endedRightly(halted)).toBe(true);
  });

  test.each<[string, Partial<Ending>]>([
    ['Rampart says otherwise', { phase: 'halted' }],
    ['the Store shows otherwise', { storeStatus: 'PackageRolloutInProgress' }],
    ['somebody else did it', { byPolicy: false }],
  ])('but not if %s', (_case, change) => {
    expect(endedRightly({ ...completed, ...change })).toBe(false);
  });
});
