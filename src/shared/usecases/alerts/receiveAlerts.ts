import type { Alert } from '../../alerts/alert.ts';
import type { Addressed, AlertPlan } from '../../alerts/plan.ts';
import { receiptOf } from '../../alerts/receipt.ts';
import type { Log } from '../../platform/log.ts';
import type { StoredAlert } from '../../state/alerts.ts';
import type { Ports } from '../ports.ts';
import { prepareBudgets } from '../rollout/commandRollout.ts';
import { carryOutAll, type Received } from './carryOutAlerts.ts';
import { keepAll, keepEnd, knownAlerts, mostRows } from './keepAlerts.ts';
import { byAlert, isFiring, type Planned, planAlerts } from './planAlerts.ts';
import { sideBySide } from './sideBySide.ts';

/**
 * Takes alerts in: each halts, holds or releases the rollouts that it concerns, and is kept, whether it concerned one or
 * not. A repeat is the same alert and changes nothing. What one alert or one rollout meets stops no other.
 */
export async function receiveAlerts(
  ports: Ports,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
  log: Log,
): Promise<Received[]> {
  const firing = await receiveFiring(ports, alerts.filter(isFiring), addressed, log);
  const over = alerts.filter((alert) => !isFiring(alert));
  const resolved = await receiveResolved(ports, over, addressed, log);
  const received = [...firing, ...resolved];
  for (const { alert, effects } of received)
    if (effects.length === 0) log.info(`The alert "${alert.title}" of ${alert.sender} concerns no rollout.`);
  return received.toSorted((a, b) => alerts.indexOf(a.alert) - alerts.indexOf(b.alert));
}

async function receiveFiring(
  ports: Ports,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
  log: Log,
): Promise<Received[]> {
  if (alerts.length === 0) return [];
  const [planned] = await Promise.all([planAlerts(ports, alerts, addressed), prepareBudgets(ports)]);
  const carriedOut = await carryOutPlans(ports, planned, log);
  const stored = await storedBy(ports, carriedOut);
  const received = await takeBack(ports, carriedOut, stored, log);
  const came = carriedOut.map(({ alert }) => alert);
  await keepAll(ports, received, byAlert(came, stored));
  return received;
}

/**
 * A firing and a resolved alert may be under way at once, in two instances. The end is kept before anybody asks what it
 * ends; a hold asks after it is written whether its end is kept. So one of the two always finds the other.
 */
async function receiveResolved(
  ports: Ports,
  alerts: readonly Alert[],
  addressed: Addressed | undefined,
  log: Log,
): Promise<Received[]> {
  if (alerts.length === 0) return [];
  await sideBySide(alerts, mostRows, (alert) => keepEnd(ports, alert));
  const planned = await planAlerts(ports, alerts, addressed);
  const received = await carryOutPlans(ports, planned, log);
  await keepAll(ports, received, planned.earlier);
  return received;
}

async function carryOutPlans(ports: Ports, { plans, targets }: Planned, log: Log): Promise<Received[]> {
  const effected = await carryOutAll(ports, plans, targets, log);
  return plans.map((plan): Received => ({ ...plan, effected: effected.get(plan) ?? [] }));
}

/** What is kept of alerts by now. A hold whose end is not found here would stay for ever, so that it is asked until it is known. */
async function storedBy(
  ports: Ports,
  received: readonly Received[],
): Promise<readonly (StoredAlert | undefined)[]> {
  const known = await knownAlerts(
    ports,
    received.map(({ id }) => id),
  );
  return sideBySide([...received.entries()], mostRows, async ([index, { id, effected }]) =>
    effected.some(isHeld) ? (known[index] ?? ports.alerts.get(id)) : known[index],
  );
}

const isHeld = ({ outcome }: Received['effected'][number]): boolean => outcome === 'held';

/** Ends the holds of alerts that were resolved meanwhile; one that cannot be ended sends the sender back. */
async function takeBack(
  ports: Ports,
  received: readonly Received[],
  stored: readonly (StoredAlert | undefined)[],
  log: Log,
): Promise<Received[]> {
  const releases = received.map(({ alert, id, effected }, index): AlertPlan | undefined => {
    const held = effected.filter(isHeld);
    if (held.length === 0 || receiptOf(alert, stored[index]?.known) !== 'late') return undefined;
    return { alert, id, effects: held.map(({ rolloutId }) => ({ rolloutId, do: 'release' })), remarks: [] };
  });
  const plans = releases.filter((plan) => plan !== undefined);
  const released = await carryOutAll(ports, plans, [], log);
  return received.map((each, index): Received => {
    const plan = releases[index];
    if (!plan) return each;
    const others = each.effected.filter((effect) => !isHeld(effect));
    return { ...each, effected: [...others, ...(released.get(plan) ?? [])] };
  });
}
