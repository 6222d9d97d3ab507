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
  /** While a pass carries a raise to the Store: longer than a pass can take, so that no other one starts beside it. */
  raising: 2.5 * minute,
  /** The first retry of an intent that the Store has not confirmed; each further one waits twice as long … */
  intentFirst: minute / 2,
  /** … up to this. */
  intentMost: 5 * minute,
} as const;

/** After how long people are told that the Store does not confirm an intent, and again after as long. */
export const intentEscalatesAfter = 15 * minute;

export const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

export const earliest = (first: Date, ...others: readonly (Date | undefined)[]): Date =>
  others.reduce<Date>((least, next) => (next !== undefined && next < least ? next : least), first);

/** The next look at an intent that was tried `attempts` times. */
export const nextIntentLook = (now: Date, attempts: number): Date =>
  after(now, Math.min(looks.intentMost, looks.intentFirst * 2 ** Math.min(Math.max(0, attempts - 1), 10)));
