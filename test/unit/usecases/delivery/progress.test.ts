import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressed } from '../../../../src/shared/delivery/settle.ts';
import type { DeliveryStore, StoredDelivery } from '../../../../src/shared/state/deliveries.ts';
import { LostRaceError } from '../../../../src/shared/state/errors.ts';
import { Progress } from '../../../../src/shared/usecases/delivery/progress.ts';
import { at } from '../../../support/builders.ts';
import { silent } from '../../../support/silentLog.ts';
import { delivery } from '../../delivery/deliveries.fixture.ts';

/** How far an upload is, is written down while it goes on: it may cost a line of the log, but never the upload. */

const outage = new Error('the tables do not answer');
const claimed: StoredDelivery = { delivery: delivery('uploading', { nextLookAt: at(1) }), etag: '1' };

/** What becomes of the next writings and readings; after them all is well. */
type Fault = 'none' | 'lostBefore' | 'lostAfter' | 'taken';

function setUp(saves: Fault[], reads: ('none' | 'down')[] = []) {
  const lines: string[] = [];
  let kept = claimed;
  const write = (of: StoredDelivery['delivery']) => {
    kept = { delivery: of, etag: `${Number(kept.etag) + 1}` };
    return kept;
  };
  const taken = () => write({ ...kept.delivery, journalLength: kept.delivery.journalLength + 1 });
  const deliveries: Pick<DeliveryStore, 'get' | 'save'> = {
    get: async () => {
      if (reads.shift() === 'down') throw outage;
      return kept;
    },
    save: async (stored, change) => {
      const fault = saves.shift() ?? 'none';
      if (fault === 'taken') taken();
      if (stored.etag !== kept.etag) throw new LostRaceError(stored.delivery.id, { cause: undefined });
      if (fault === 'lostBefore') throw outage;
      const after = write(change.delivery);
      if (fault === 'lostAfter') throw outage;
      return after;
    },
  };
  const log = { info: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const progress = new Progress(claimed, deliveries, log);
  /** One piece more, long enough after the one before. */
  const saw = async (uploadedBytes: number) => {
    vi.advanceTimersByTime(3_000);
    progress.saw({ uploadedBytes, totalBytes: 9 });
    return progress.last();
  };
  return { progress, saw, lines, kept: () => kept, deliveries };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('each writing follows the one before', async () => {
  const { saw, kept } = setUp([]);
  await saw(3);
  expect(await saw(6)).toEqual(kept());
  expect(kept()).toMatchObject({ etag: '3', delivery: { upload: { uploadedBytes: 6 } } });
});

test('what comes sooner than three seconds after is not written', async () => {
  const { progress, saw, kept } = setUp([]);
  progress.saw({ uploadedBytes: 1, totalBytes: 9 });
  expect((await progress.last()).etag).toBe('1');
  await saw(3);
  progress.saw({ uploadedBytes: 4, totalBytes: 9 });
  await progress.last();
  expect(kept().delivery.upload?.uploadedBytes).toBe(3);
});

describe('a writing that failed', () => {
  test('but was made is gone on with, as it was read', async () => {
    const { progress, saw, kept, lines } = setUp(['lostAfter']);
    expect(await saw(3)).toEqual(kept());
    expect(kept().etag).toBe('2');
    expect(await saw(6)).toMatchObject({ etag: '3', delivery: { upload: { uploadedBytes: 6 } } });
    expect(progress.lost.aborted).toBe(false);
    expect(lines).toEqual([]);
  });

  test('and was not made is made by the next one', async () => {
    const { progress, saw } = setUp(['lostBefore']);
    expect((await saw(3)).etag).toBe('1');
    expect(await saw(6)).toMatchObject({ etag: '2', delivery: { upload: { uploadedBytes: 6 } } });
    expect(progress.lost.aborted).toBe(false);
  });

  test.each(['lostBefore', 'lostAfter'] as const)(
    'in an outage (%s) costs a line in the log, and the upload goes on',
    async (fault) => {
      const { progress, saw, lines } = setUp([fault], ['down']);
      await saw(3);
      expect(progress.lost.aborted).toBe(false);
      expect(lines).toEqual([
        `${claimed.delivery.id}: the progress could not be written (the tables do not answer; the tables do not answer).`,
      ]);
      expect(await saw(6)).toMatchObject({ delivery: { phase: 'uploading' } });
      expect((await saw(8)).delivery.upload?.uploadedBytes).toBe(8);
      expect(progress.lost.aborted).toBe(false);
    },
  );
});

describe('somebody else’s writing', () => {
  /** Progress whose writing was not answered, and what is read then. */
  function lostAnswer(found: StoredDelivery | undefined): Progress {
    const deliveries = { get: async () => found, save: () => Promise.reject(outage) };
    const progress = new Progress(claimed, deliveries, silent);
    vi.advanceTimersByTime(3_000);
    progress.saw({ uploadedBytes: 1, totalBytes: 9 });
    return progress;
  }

  test('ends the upload, which is not theirs', async () => {
    const { progress, saw } = setUp(['taken']);
    await expect(saw(3)).rejects.toThrow(LostRaceError);
    expect(progress.lost.aborted).toBe(true);
    await expect(progress.last()).rejects.toThrow(LostRaceError);
  });

  test.each<[string, Partial<StoredDelivery['delivery']>]>([
    ['an entry of the journal', { journalLength: 1 }],
    ['another phase', { phase: 'discarding' }],
    ['another look', { nextLookAt: at(2) }],
  ])('is known by %s', async (_, change) => {
    const found = { delivery: { ...claimed.delivery, ...change }, etag: '7' };
    const progress = lostAnswer(found);
    await expect(progress.last()).rejects.toThrow(LostRaceError);
  });

  test('is none where only the progress is another one', async () => {
    const { delivery: of } = progressed(claimed.delivery, { uploadedBytes: 2, totalBytes: 9 });
    const found = { delivery: of, etag: '7' };
    const progress = lostAnswer(found);
    expect(await progress.last()).toEqual(found);
  });

  test('is known where the delivery is gone', async () => {
    const progress = lostAnswer(undefined);
    await expect(progress.last()).rejects.toThrow(LostRaceError);
  });
});
