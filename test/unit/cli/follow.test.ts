import { describe, expect, test } from 'vitest';
import type { Standing } from '../../../src/cli/api/views.ts';
import { NotFoundError, UnavailableError } from '../../../src/cli/errors.ts';
import { follow } from '../../../src/cli/follow/follow.ts';
import { outcomeOf } from '../../../src/cli/follow/outcome.ts';
import { submission } from './views.fixture.ts';

type Look = Standing | Error;
const minuteMs = 60_000;

/** Follows what the looks give, the last one for ever, by a clock that only the waits move. */
async function followed(looks: readonly Look[], timeoutMs = Number.POSITIVE_INFINITY) {
  let now = 0;
  let turn = 0;
  const shown: string[] = [];
  const said: string[] = [];
  const result = follow(
    submission({ phase: 'checking' }),
    {
      look: async () => {
        const look = looks[Math.min(turn++, looks.length - 1)];
        if (!look || look instanceof Error) throw look ?? new Error('no look');
        return look;
      },
      outcomeOf: (standing) => outcomeOf(standing, 'published'),
      show: ({ phase }) => void shown.push(phase),
      say: (sentence) => void said.push(sentence),
      everyMs: minuteMs,
      timeoutMs,
    },
    {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
  );
  const ended = await result.catch((error: unknown) => error);
  return { ended, shown, said, now, looks: turn };
}

const silence = new UnavailableError('Rampart cannot be reached.');

describe('following a submission', () => {
  test('looks until it has come as far as was asked', async () => {
    const { ended, shown, now } = await followed([
      submission({ phase: 'uploading' }),
      submission({ phase: 'ramping' }),
    ]);
    expect(ended).toMatchObject({ outcome: 'done', standing: { phase: 'ramping' } });
    expect(shown).toEqual(['checking', 'uploading', 'ramping']);
    expect(now).toBe(2 * minuteMs);
  });

  test('looks once more when the time is over, and says how to go on', async () => {
    const { ended, looks, now } = await followed([submission()], 90_000);
    expect(ended).toMatchObject({ name: 'StillUnderWayError', exitCode: 7 });
    expect(String(ended)).toContain(`1 min 30 s are over, and it is still under way (creating). It goes on`);
    expect({ looks, now }).toEqual({ looks: 2, now: 90_000 });
  });

  test('rides over a silence, and says so once', async () => {
    const { ended, said } = await followed([silence, silence, submission({ phase: 'ramping' })]);
    expect(ended).toMatchObject({ outcome: 'done' });
    expect(said).toEqual(['Rampart cannot be reached. Still trying.', 'Rampart answers again.']);
  });

  test('gives up after ten minutes of silence', async () => {
    const { ended, now } = await followed([silence]);
    expect(ended).toBe(silence);
    expect(now).toBe(11 * minuteMs);
  });

  test('gives up at once where it will not get better', async () => {
    const gone = new NotFoundError('gone');
    expect(await followed([gone])).toMatchObject({ ended: gone, looks: 1 });
  });
});
