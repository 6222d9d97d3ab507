/**
 * How often a rollout is looked at. The Store gives a tenant twenty requests a minute, a quiet pass takes two, and its
 * analytics change once a day, so looking more often finds nothing sooner.
 */
const minute = 60_000;

export const looks = {
  /** While the Store certifies: hours to days. */
  awaitingPublication: 5 * minute,
  /** While a step bakes or holds: drift and harm are found within this. */
  ramping: 10 * minute,
  /** While the Store could not be read. */
  unreadable: 2 * minute,
  /** While somebody carries a raise or a finalize to the Store: longer than that can take, so that no other one starts beside it. */
  changing: 2.5 * minute,
  /** The first retry of an intent that the Store has not confirmed; each further one waits twice as long … */
  intentFirst: minute / 2,
  /** … up to this. */
  intentMost: 5 * minute,
} as const;

/** The longest wait between two raises that do not come through. */
const raiseMost = 60 * minute;

/** When a raise that failed `count` times in a row is tried again. */
export const nextRaise = (lastAt: Date, count: number): Date =>
  after(lastAt, Math.min(raiseMost, looks.intentFirst * 2 ** Math.min(count - 1, 10)));

/** After how long people are told that the Store cannot be read or lets no raise through, and again after as long. */
export const troubleEscalatesAfter = 60 * minute;

/** After how long people are told that the Store does not confirm a finalize, and again after as long. */
export const finalizeEscalatesAfter = 15 * minute;

type Lasting = {
  readonly since: Date;
  readonly escalatedAt?: Date | undefined;
  readonly acknowledgedAt?: Date | undefined;
};

/** Whether people are to be told of a trouble now: it has lasted, they were not told for as long, and nobody said they know. */
export function isOverdue(trouble: Lasting | undefined, now: Date, limit: number): boolean {
  if (!trouble || trouble.acknowledgedAt) return false;
  const quietSince = trouble.escalatedAt ?? trouble.since;
  return now.getTime() - quietSince.getTime() >= limit;
}

export const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

export const earliest = (first: Date, ...others: readonly (Date | undefined)[]): Date =>
  others.reduce<Date>((least, next) => (next !== undefined && next < least ? next : least), first);

/** Until when nobody else may begin an attempt; the past where none is under way. */
export const tryEnds = ({ tryingSince }: { readonly tryingSince?: Date | undefined }): Date =>
  tryingSince === undefined ? new Date(0) : after(tryingSince, looks.changing);

export const latest = (first: Date, second: Date): Date => (first > second ? first : second);

/** The next look at an intent that was tried `attempts` times. */
export const nextIntentLook = (now: Date, attempts: number): Date =>
  after(now, Math.min(looks.intentMost, looks.intentFirst * 2 ** Math.min(Math.max(0, attempts - 1), 10)));
