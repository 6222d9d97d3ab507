import type { Alert } from '../alerts/alert.ts';
import { alertIdOf } from '../alerts/identity.ts';
import { isLate, isRepeat } from '../alerts/plan.ts';
import { sideBySide } from '../sideBySide.ts';
import type { AlertRecord } from '../state/alerts.ts';
import type { Received } from './carryOutAlerts.ts';
import type { Ports } from './ports.ts';

/** What is kept of alerts: a row each, however often they come. */

/** Many alerts come in one request, and the tables take only so much at once. */
export const mostRows = 50;

/** It only tells a late alert from a new one: a halt must not fail for it. */
export async function recordOrNone(records: Ports['alerts'], id: string): Promise<AlertRecord | undefined> {
  try {
    return await records.get(id);
  } catch {
    return undefined;
  }
}

/** The end of an alert, before anybody asks what it ends. */
export async function keepEnd({ alerts, clock }: Ports, alert: Alert): Promise<void> {
  const id = alertIdOf(alert);
  const earlier = await recordOrNone(alerts, id);
  const record = recordOf({ alert, id, effects: [], effected: [], remarks: [] }, earlier, clock.now());
  await alerts.put({ ...record, effects: earlier?.effects ?? [], count: earlier?.count ?? 0 });
}

export async function keepAll(
  { alerts, clock }: Ports,
  received: readonly Received[],
  earlier: ReadonlyMap<string, AlertRecord>,
): Promise<void> {
  const now = clock.now();
  const records = new Map(received.map((each) => [each.id, recordOf(each, earlier.get(each.id), now)]));
  await sideBySide([...records.values()], mostRows, (record) => alerts.put(record));
}

/** A row is bounded; what is left out stands in the rollouts' journals. */
const mostKept = 20;
const longestSentence = 400;

function recordOf(
  { alert, id, effected, remarks }: Received,
  earlier: AlertRecord | undefined,
  now: Date,
): AlertRecord {
  const { fingerprint: _, ...rest } = alert;
  const told = effected.map(({ rolloutId, outcome, sentence }) => ({
    rolloutId,
    outcome,
    sentence: sentence.slice(0, longestSentence),
  }));
  // What the same firing did before it came again still stands; another one has to match anew.
  const isSame = earlier !== undefined && (alert.status === 'resolved' || isRepeat(alert, earlier));
  const before = (isSame ? earlier.effects : []).filter(
    ({ rolloutId }) => !told.some((effect) => effect.rolloutId === rolloutId),
  );
  return {
    ...rest,
    // What comes after its own end is not the beginning of another one.
    ...(isLate(alert, earlier) && {
      status: 'resolved' as const,
      startsAt: earlier?.startsAt ?? alert.startsAt,
    }),
    id,
    labels: { ...alert.labels },
    firstAt: earlier?.firstAt ?? now,
    firingAt:
      alert.status === 'firing' && !isSame && !isLate(alert, earlier) ? now : (earlier?.firingAt ?? now),
    lastAt: isLate(alert, earlier) ? (earlier?.lastAt ?? now) : now,
    count: (earlier?.count ?? 0) + 1,
    matched: effected.length > 0 || (isSame && earlier.matched),
    effects: [...told, ...before].slice(0, mostKept),
    remarks: [...remarks],
  };
}
