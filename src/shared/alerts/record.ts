import { z } from 'zod';
import { instantSchema } from '../rollout/evidence.ts';
import { type Alert, alertFormats, alertStatuses } from './alert.ts';
import { alertIdOf } from './identity.ts';
import { receiptOf } from './receipt.ts';

/** What is kept of an alert, however often it comes. */

/** An alert that came in, and what it did, the last time it came. */
export const alertRecordSchema = z.object({
  id: z.string(),
  sender: z.string(),
  format: z.enum(alertFormats),
  title: z.string(),
  status: z.enum(alertStatuses),
  labels: z.record(z.string(), z.string()),
  startsAt: instantSchema,
  url: z.string().optional(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  /** When it came for the first time of the firing that it is in, or was in last. */
  firingAt: instantSchema.optional(),
  /** How often it came; one whose writing was not answered may count twice. */
  count: z.number().int(),
  /** Whether this firing concerned a rollout: where it did not, its labels may have a mistake, or a policy's rules. */
  matched: z.boolean(),
  /** What it did to which rollout. */
  effects: z.array(z.object({ rolloutId: z.string(), outcome: z.string(), sentence: z.string() })),
  /** Why it did nothing, as far as it can be told. */
  remarks: z.array(z.string()),
});
export type AlertRecord = Readonly<z.output<typeof alertRecordSchema>>;

/** What of a record its repeats and its end ask for. */
export const knownAlertSchema = alertRecordSchema.pick({
  status: true,
  startsAt: true,
  firstAt: true,
  lastAt: true,
  firingAt: true,
  count: true,
  matched: true,
  effects: true,
});
export type KnownAlert = Readonly<z.output<typeof knownAlertSchema>>;

/** An alert that came, and what became of it. */
type Came = {
  readonly alert: Alert;
  readonly effected: readonly AlertRecord['effects'][number][];
  readonly remarks: readonly string[];
};

/**
 * A row is bounded. Of how many rollouts it is known what became of them: a hold that a person lifted must not come back
 * with the next repeat; and of how many the sentence is kept, which stands in their journals too.
 */
const mostEffects = 100;
const mostSentences = 20;
const longestSentence = 400;

/** Separators of lines take six times their room in a row, and nobody can read them: such labels match, and are not shown. */
const shownOf = (labels: Alert['labels']): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter((label) => !/[\u2028\u2029]/.test(label.join())));

const bounded = (effect: AlertRecord['effects'][number], index: number): AlertRecord['effects'][number] =>
  index < mostSentences ? effect : { ...effect, sentence: '' };

/** What is kept of an alert that came, beside what is known of it. */
export function recordOf(
  { alert, effected, remarks }: Came,
  earlier: KnownAlert | undefined,
  now: Date,
): AlertRecord {
  const { fingerprint: _, startUnknown: __, labels, ...shown } = alert;
  const firing = firingOf(alert, earlier, now);
  const told = effected.map(({ rolloutId, outcome, sentence }) => ({
    rolloutId,
    outcome,
    sentence: sentence.slice(0, longestSentence),
  }));
  const before = firing.effects.filter(
    ({ rolloutId }) => !told.some((effect) => effect.rolloutId === rolloutId),
  );
  return {
    ...shown,
    ...firing,
    id: alertIdOf(alert),
    labels: shownOf(labels),
    firstAt: earlier?.firstAt ?? now,
    count: (earlier?.count ?? 0) + 1,
    matched: told.length > 0 || firing.matched,
    effects: [...told, ...before].slice(0, mostEffects).map(bounded),
    remarks: [...remarks],
  };
}

/** The end of an alert that has yet to be carried out; only then it counts as having come. */
export const endOf = (alert: Alert, earlier: KnownAlert | undefined, now: Date): AlertRecord => ({
  ...recordOf({ alert, effected: [], remarks: [] }, earlier, now),
  count: earlier?.count ?? 0,
});

type Firing = Pick<KnownAlert, 'status' | 'startsAt' | 'firingAt' | 'lastAt' | 'matched' | 'effects'>;

/** The firing that an alert belongs to: another one has to match anew, and what the same one did still stands. */
function firingOf(alert: Alert, earlier: KnownAlert | undefined, now: Date): Firing {
  const { status, startsAt } = alert;
  const begun: Firing = { status, startsAt, firingAt: now, lastAt: now, matched: false, effects: [] };
  if (!earlier) return begun;
  const { matched, effects, firingAt = now } = earlier;
  switch (receiptOf(alert, earlier)) {
    case 'first':
    case 'anew':
      return begun;
    case 'repeat':
      return { status, startsAt: earlier.startsAt, firingAt, lastAt: now, matched, effects };
    case 'end':
      return { status, startsAt, firingAt, lastAt: now, matched, effects };
    case 'late':
      // It begins no other one: it is over, since the time at which that was heard.
      return { ...earlier, firingAt };
  }
}
