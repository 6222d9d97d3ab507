import type { Alert } from '../alerts/alert.ts';
import { alertIdOf } from '../alerts/identity.ts';
import { type Addressed, type AlertPlan, planOf } from '../alerts/plan.ts';
import { sideBySide } from '../sideBySide.ts';
import type { AlertRecord } from '../state/alerts.ts';
import type { Stored } from '../state/rollouts.ts';
import { mostRows, recordOrNone } from './keepAlerts.ts';
import type { Ports } from './ports.ts';

export const isFiring = ({ status }: Alert): boolean => status === 'firing';

export type Planned = {
  readonly plans: readonly AlertPlan[];
  readonly targets: readonly Stored[];
  readonly earlier: ReadonlyMap<string, AlertRecord>;
};

/** What alerts would do, without doing it. All reads are made at once: a halt must not wait for one after the other. */
export async function planAlerts(
  { rollouts, alerts: records }: Pick<Ports, 'rollouts' | 'alerts'>,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
): Promise<Planned> {
  const [targets, known] = await Promise.all([
    addressed ? oneTarget(rollouts, addressed.rolloutId) : activeTargets(rollouts, alerts),
    sideBySide(alerts, mostRows, (alert) => recordOrNone(records, alertIdOf(alert))),
  ]);
  const active = targets.filter(({ rollout }) => rollout.endedAt === undefined).map(({ rollout }) => rollout);
  const plans = alerts.map((alert, index) => planOf(alert, active, addressed, known[index]));
  const earlier = new Map(known.flatMap((record) => (record ? [[record.id, record]] : [])));
  return { plans, targets, earlier };
}

/** A copy in the due index may not show a hold yet, and a resolved alert comes once: it needs the rows themselves. */
async function activeTargets(rollouts: Ports['rollouts'], alerts: readonly Alert[]): Promise<Stored[]> {
  const active = await rollouts.active();
  if (alerts.every(isFiring)) return active;
  const read = await sideBySide(active, mostRows, ({ rollout }) => rollouts.get(rollout.id));
  return read.filter((stored) => stored !== undefined);
}

async function oneTarget(rollouts: Ports['rollouts'], id: string): Promise<Stored[]> {
  const stored = await rollouts.get(id);
  return stored ? [stored] : [];
}
