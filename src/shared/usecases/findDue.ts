import { looks } from '../rollout/looks.ts';
import type { Due, Lane } from '../state/due.ts';
import type { Look } from './advanceRollout.ts';
import type { Ports } from './ports.ts';

/** More than this are taken by the next tick; a tick must end long before it. */
const mostPerTick = 500;

/** How long a handed-out look keeps others from handing it out again; the queue's own retries come first. */
const handedOutMs = looks.unreadable;

/**
 * The looks that are due in a lane. Each row moves a little into the future before its look goes on the queue: a look
 * that gets lost comes back, and one that is at work is not handed out twice.
 */
export async function findDue(
  { due: index, clock }: Pick<Ports, 'due' | 'clock'>,
  lane: Lane,
): Promise<Look[]> {
  const now = clock.now();
  const rows = await index.list(lane, now, mostPerTick);
  return Promise.all(rows.map((row) => handOut(row)));

  async function handOut(row: Due): Promise<Look> {
    const moved: Due = { ...row, at: new Date(now.getTime() + handedOutMs), since: row.since ?? row.at };
    await index.add(moved);
    await index.remove(row);
    return { id: row.id, due: moved };
  }
}
