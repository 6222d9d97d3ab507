import { z } from 'zod';
import type { Alert } from '../alerts/alert.ts';
import type { AlertPlan } from '../alerts/plan.ts';
import { type AlertRecord, alertRecordSchema } from '../alerts/record.ts';
import type { Received } from '../usecases/alerts/carryOutAlerts.ts';

/** What is said of alerts over HTTP. */

/** 503 sends the sender back with the same; 202 says that something is still open, or that nothing was concerned. */
export function statusOf(received: readonly Received[]): 200 | 202 | 503 {
  const outcomes = received.flatMap(({ effected }) => effected.map(({ outcome }) => outcome));
  if (outcomes.includes('unavailable')) return 503;
  const isOpen = outcomes.includes('halting') || received.some(({ effects }) => effects.length === 0);
  return isOpen ? 202 : 200;
}

export const receivedView = ({ alert, id, effected, remarks }: Received) => ({
  ...nameOf(alert, id),
  rollouts: effected.map(({ rolloutId, outcome, sentence }) => ({ id: rolloutId, outcome, sentence })),
  remarks,
});

/** What would be done, by the same plan that does it. */
export const planView = ({ alert, id, effects, remarks }: AlertPlan) => ({
  ...nameOf(alert, id),
  labels: alert.labels,
  rollouts: effects.map(({ rolloutId, do: would }) => ({ id: rolloutId, would })),
  remarks,
});

const nameOf = ({ title, status }: Alert, id: string) => ({ id, title, status });

export const recordView = (record: AlertRecord) => z.encode(alertRecordSchema, { ...record });
