import type { Log } from '../platform/log.ts';
import type { Look } from '../queues/looks.ts';
import { looks } from '../rollout/looks.ts';
import type { Due, Round } from '../state/due.ts';
import { causeOf } from '../text/cause.ts';
import type { Ports, Publishers } from './ports.ts';

/** More than this are taken by the next tick; a tick must end long before it. */
const mostPerTick = 500;

/** How far a tick reads past the rows of publishers that have no room, to those of others. */
const mostPages = 4;

/** How long a handed-out look keeps others from handing it out again; the queue's own retries come first. */
const handedOutMs = looks.unreadable;

/** Of a row that does not say it: a look at a submission and at its rollout. */
const requestsOfLook = 2;

/**
 * The looks that are due in a round, as many as each publisher's polls can bear, the longest overdue first: so the looks of
 * rollouts that share a publisher stretch evenly. Each row moves a little into the future before its look goes on the
 * queue: a look that gets lost comes back, and one that is at work is not handed out twice.
 */
export async function findDue(
  { due: index, clock, publishers }: Pick<Ports, 'due' | 'clock' | 'publishers'>,
  round: Round,
  log: Log,
): Promise<Look[]> {
  const now = clock.now();
  const chosen = new Choice(publishers);
  const all = await chooseFrom(index.pages(round, now, mostPerTick), chosen);
  if (!all) for (const row of await index.urgent(round, now)) chosen.consider(row);
  return worked(await Promise.allSettled(chosen.rows().map((row) => handOut(row))), log);

  async function handOut(row: Due): Promise<Look> {
    const later = new Date(now.getTime() + handedOutMs);
    const moved = await index.add({ ...row, at: later, since: row.since ?? row.at });
    await index.remove(row);
    return { id: row.id, due: moved };
  }
}

/**
 * The looks that could be handed out. One whose row could not be moved must not take the others with it, which have moved
 * by now; it is found again by the next tick.
 *
 * @throws what went wrong, where nothing worked
 */
function worked(handedOut: readonly PromiseSettledResult<Look>[], log: Log): Look[] {
  const looks = handedOut.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [failed, ...others] = handedOut.filter((each) => each.status === 'rejected');
  if (failed && looks.length === 0) throw failed.reason;
  if (failed) log.error(`${others.length + 1} looks could not be handed out: ${causeOf(failed.reason)}.`);
  return looks;
}

/** Reads on while somebody has room for what may follow; whether every row was considered. */
async function chooseFrom(pages: AsyncIterable<readonly Due[]>, chosen: Choice): Promise<boolean> {
  let read = 0;
  for await (const page of pages) {
    for (const row of page) chosen.consider(row);
    if (++read >= mostPages || chosen.isFull()) return false;
  }
  return true;
}

/** What one tick hands out. */
class Choice {
  readonly #publishers: Pick<Publishers, 'names' | 'budgetOf'>;
  readonly #rows = new Map<string, Due>();
  /** Publishers whose next look has to wait, and with it all that are less overdue. */
  readonly #starved = new Set<string>();

  constructor(publishers: Pick<Publishers, 'names' | 'budgetOf'>) {
    this.#publishers = publishers;
  }

  rows(): Due[] {
    return [...this.#rows.values()];
  }

  isFull(): boolean {
    return this.#rows.size >= mostPerTick || this.#publishers.names.every((name) => this.#starved.has(name));
  }

  consider(row: Due): void {
    if (row.urgent || (this.#rows.size < mostPerTick && this.#hasRoom(row)))
      this.#rows.set(`${row.at.toISOString()} ${row.id}`, row);
  }

  #hasRoom({ round, publisher, requests = requestsOfLook }: Due): boolean {
    // Nobody knows whose budget it is, or it is nobody's any more: such a look finds out, and costs next to nothing.
    if (publisher === undefined || !this.#publishers.names.includes(publisher)) return true;
    if (this.#starved.has(publisher)) return false;
    const granted = this.#publishers.budgetOf(publisher).grantLook(round, requests);
    if (!granted) this.#starved.add(publisher);
    return granted;
  }
}
