import { describe, expect, test } from 'vitest';
import { exitCodeHelp, exitCodes } from '../../../src/cli/exitCodes.ts';
import { outcomeOf } from '../../../src/cli/follow/outcome.ts';
import { deliveryPhases } from '../../../src/shared/delivery/vocabulary.ts';
import { phases } from '../../../src/shared/rollout/vocabulary.ts';

describe('what a phase means for somebody who waits', () => {
  test.each([
    ['checking', false, 'underWay', 'underWay'],
    ['uploading', false, 'underWay', 'underWay'],
    ['awaitingPublication', false, 'underWay', 'underWay'],
    ['levitating', false, 'underWay', 'underWay'],
    ['ramping', false, 'done', 'underWay'],
    ['finalizing', false, 'done', 'underWay'],
    ['handedOver', true, 'done', 'underWay'],
    ['completed', true, 'done', 'done'],
    ['failing', false, 'otherwise', 'otherwise'],
    ['discarding', false, 'otherwise', 'underWay'],
    ['halting', false, 'otherwise', 'underWay'],
    ['cancelled', true, 'otherwise', 'otherwise'],
    ['halted', true, 'otherwise', 'otherwise'],
    ['failed', true, 'otherwise', 'otherwise'],
    ['levitating', true, 'otherwise', 'otherwise'],
  ])('%s (ended: %s): %s until published, %s until finished', (phase, ended, published, finished) => {
    const outcomes = (['published', 'finished'] as const).map((goal) => outcomeOf({ phase, ended }, goal));
    expect(outcomes).toEqual([published, finished]);
  });

  const ends = [...phases, ...deliveryPhases].filter((phase) => phase !== 'handedOver');
  test.each(ends)('%s that has ended is never under way', (phase) => {
    expect(outcomeOf({ phase, ended: true }, 'finished')).not.toBe('underWay');
  });

  test('every exit code is in the help', () => {
    expect(exitCodeHelp.map(([code]) => code)).toEqual(Object.values(exitCodes));
  });
});
