import type { Alert } from '../../alerts/alert.ts';
import { commandOf } from '../../alerts/command.ts';
import type { Addressed } from '../../alerts/plan.ts';
import { receiptOf } from '../../alerts/receipt.ts';
import type { Log } from '../../platform/log.ts';
import type { StoredAlert } from '../../state/alerts.ts';
import { causeOf } from '../../text/cause.ts';
import type { Ports } from '../ports.ts';
import { commandRollout, prepareBudgets } from '../rollout/commandRollout.ts';
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
  const received = await carryOutPlans(ports, planned, log);
  const over = await takeBack(ports, received, log);
  await keepAll(ports, received, over);
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

/** Ends the holds of alerts that were resolved meanwhile; what is known of the alerts by now. */
async function takeBack(
  ports: Ports,
  received: readonly Received[],
  log: Log,
): Promise<ReadonlyMap<string, StoredAlert>> {
  const alerts = received.map(({ alert }) => alert);
  const stored = await knownAlerts(
    ports,
    received.map(({ id }) => id),
  );
  const late = received.filter(({ alert }, index) => receiptOf(alert, stored[index]?.known) === 'late');
  await Promise.all(late.map((each) => release(ports, each, log)));
  return byAlert(alerts, stored);
}

async function release(ports: Ports, { effected, ...plan }: Received, log: Log): Promise<void> {
  for (const { rolloutId, outcome } of effected.filter(({ outcome }) => outcome === 'held'))
    await commandRollout(ports, rolloutId, commandOf(plan, { do: 'release' }), log).catch((error: unknown) =>
      log.error(`${rolloutId}: an alert that is over was ${outcome}: ${causeOf(error)}.`),
    );
}
