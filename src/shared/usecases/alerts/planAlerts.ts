import type { Alert } from '../../alerts/alert.ts';
import { alertIdOf } from '../../alerts/identity.ts';
import { type Addressed, type AlertPlan, planOf } from '../../alerts/plan.ts';
import type { StoredAlert } from '../../state/alerts.ts';
import { readable, type Stored } from '../../state/rollouts.ts';
import type { Ports } from '../ports.ts';
import { knownAlerts, mostRows } from './keepAlerts.ts';
import { sideBySide } from './sideBySide.ts';

export const isFiring = ({ status }: Alert): boolean => status === 'firing';

export type Planned = {
  readonly plans: readonly AlertPlan[];
  readonly targets: readonly Stored[];
  readonly earlier: ReadonlyMap<string, StoredAlert>;
};

/** What alerts would do, without doing it. All reads are made at once: a halt must not wait for one after the other. */
export async function planAlerts(
  ports: Pick<Ports, 'rollouts' | 'alerts' | 'runtime'>,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
): Promise<Planned> {
  const { rollouts } = ports;
  const [targets, known] = await Promise.all([
    addressed ? oneTarget(rollouts, addressed.rolloutId) : activeTargets(rollouts, alerts),
    knownAlerts(ports, alerts.map(alertIdOf)),
  ]);
  const active = targets.filter(({ rollout }) => rollout.endedAt === undefined).map(({ rollout }) => rollout);
  const plans = alerts.map((alert, index) => planOf(alert, active, addressed, known[index]?.known));
  return { plans, targets, earlier: byAlert(alerts, known) };
}

/** What was read of each alert, by the alert's id. */
export const byAlert = (
  alerts: readonly Alert[],
  read: readonly (StoredAlert | undefined)[],
): ReadonlyMap<string, StoredAlert> =>
  new Map(
    alerts.flatMap((alert, index) => {
      const stored = read[index];
      return stored ? [[alertIdOf(alert), stored]] : [];
    }),
  );

/** A copy in the due index may not show a hold yet, and a resolved alert comes once: it needs the rows themselves. */
async function activeTargets(rollouts: Ports['rollouts'], alerts: readonly Alert[]): Promise<Stored[]> {
  const active = await rollouts.active();
  if (alerts.every(isFiring)) return active;
  const read = await sideBySide(active, mostRows, ({ rollout }) => readable(rollouts.get, rollout.id));
  return read.filter((stored) => stored !== undefined);
}

async function oneTarget(rollouts: Ports['rollouts'], id: string): Promise<Stored[]> {
  const stored = await rollouts.get(id);
  return stored ? [stored] : [];
}
