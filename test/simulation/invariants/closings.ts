import type { Owner } from '../engine/clockwork.ts';
import { mostSkewMs } from '../engine/runtime.ts';
import type { StoreCall } from '../store/call.ts';

/** A ticket that was taken before is good for so long, and may still be used. */
const ticketMs = 2_000;
/** A halt asks again after this, however long the Store said. */
const mostForHaltsMs = 10 * 60_000;
/** Times that two instances have written down may be so far apart although they are the same. */
const apartMs = 2 * mostSkewMs;

/** The Store's word that it is to be left alone. */
type Closing = {
  /** Who was told; undefined once it stands in the table, for all. */
  readonly owner: Owner | undefined;
  readonly knownAt: number;
  readonly at: number;
  readonly until: number;
};

/**
 * What the Store has said to a publisher with its 429s. Whom it has told keeps to it from then on, whatever becomes of
 * the table; all others from when it stands there, but for a halt that cannot reach the table.
 */
export class Closings {
  #all: Closing[] = [];

  /** An instance was answered 429. */
  told(owner: Owner, at: number, forMs: number): void {
    this.#all.push({ owner, knownAt: at, at, until: at + forMs });
  }

  /** The publisher's row was written, with a closing in it or with none. */
  written(closed: { readonly at: number; readonly until: number } | undefined, now: number): void {
    this.#all = this.#all.filter(({ until }) => until > now - apartMs);
    if (!closed || this.#all.some((each) => !each.owner && isSame(each, closed))) return;
    this.#all.push({ owner: undefined, knownAt: now, ...closed });
  }

  /** Whether a halt of this instance may have to wait, as far as anybody can have told it. */
  keepsHalts(owner: Owner, now: number): boolean {
    return this.#of(owner).some((each) => haltsFrom(each) > now - apartMs);
  }

  /** Whether somebody sends what they had to keep. */
  isBroken({ asked, invocation, sentAt: now }: StoreCall): boolean {
    const isHalt = asked?.lane === 'halt';
    return this.#of(invocation.owner).some((each) => {
      if (now < each.knownAt + ticketMs) return false;
      const inTime = now < (isHalt ? haltsFrom(each) : each.until) - (each.owner ? 0 : apartMs);
      return inTime && !(isHalt && !each.owner && asked.unreachable);
    });
  }

  #of(owner: Owner): readonly Closing[] {
    return this.#all.filter((each) => each.owner === undefined || each.owner === owner);
  }
}

const haltsFrom = ({ at, until }: Closing): number => Math.min(until, at + mostForHaltsMs);

const isSame = (a: Closing, b: { readonly at: number; readonly until: number }): boolean =>
  a.at === b.at && a.until === b.until;
