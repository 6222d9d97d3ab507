import { type Due, type DueIndex, sameDue } from './due.ts';
import { isOutage } from './errors.ts';
import type { Kept, Kind } from './kind.ts';
import { writeSnapshot } from './snapshot.ts';
import type { Written } from './transactions.ts';

/** What stands around a transaction and cannot be in it: the rows in the due index, and telling people. */
export interface FollowUps<Of> {
  /** Before something new is written: a crash in between must not forget it. */
  prepare(of: Of): Promise<void>;
  created(written: Written<Of>): Promise<void>;
  /** @param carried the due row that led here, if one did */
  changed(before: Kept<Of>, written: Written<Of>, carried?: Due): Promise<void>;
}

export function createFollowUps<Of>(index: DueIndex, kind: Kind<Of>): FollowUps<Of> {
  return {
    async prepare(of) {
      const due = kind.dueOf(of);
      await Promise.all([due && index.add(due), kind.telling?.watch(of)]);
    },

    async created(written) {
      const due = kind.dueOf(written.kept.of);
      // Once more: a look may have found it not yet there.
      await Promise.all([due && index.add(withSnapshot(due, written.kept)), announce(written)]);
    },

    async changed(before, written, carried) {
      await Promise.all([moveDue(before, written.kept, carried), announce(written)]);
    },
  };

  async function announce({ outbox }: Written<Of>): Promise<void> {
    if (outbox.length > 0) await kind.telling?.announce(outbox);
  }

  /**
   * It is written by now. If the index cannot be, the old row is still there and leads to the next look, so the caller
   * goes on: a halt that is written down must not fail for its row.
   */
  async function moveDue(before: Kept<Of>, after: Kept<Of>, carried?: Due): Promise<void> {
    const was = kind.dueOf(before.of);
    const old = carried ?? was;
    const due = kind.dueOf(after.of);
    // Whoever asks all rounds at once must find it in one of them: the row in the round that it leaves goes with its own look.
    const changesRound = was !== undefined && due !== undefined && was.round !== due.round;
    try {
      if (due) await index.add(withSnapshot(due, after));
      if (old && !changesRound && !sameDue(old, due)) await index.remove(old);
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
  }

  /** Whoever finds the row knows what it leads to, as long as nobody changes it, without a second request. */
  function withSnapshot(due: Due, { of, etag }: Kept<Of>): Due {
    if (!kind.inIndex) return due;
    const snapshot = writeSnapshot({ row: kind.toRow(of), etag });
    return snapshot === undefined ? due : { ...due, snapshot };
  }
}
