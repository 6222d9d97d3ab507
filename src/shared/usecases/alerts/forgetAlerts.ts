import { daysKept, forgetBefore, stillCounts } from '../../alerts/forget.ts';
import type { Log } from '../../platform/log.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import type { OldAlert } from '../../state/alerts.ts';
import type { Ports } from '../ports.ts';
import { mostRows } from './keepAlerts.ts';
import { sideBySide } from './sideBySide.ts';

type World = Pick<Ports, 'alerts' | 'rollouts' | 'clock'>;

const rowsPerPage = 500;
/** More than these are looked at an hour later: alerts that still count keep none behind them from being forgotten for long. */
const mostPages = 10;

/**
 * Removes alerts that have not come for long: one query, and a few requests for each that goes. Whatever is left of it, by a
 * crash or an outage, the next time finds again.
 */
export async function forgetAlerts(world: World, log: Log): Promise<void> {
  const forgotten = await removeOld(world);
  if (forgotten > 0) log.info(`${forgotten} alerts that did not come for ${daysKept} days are forgotten.`);
}

async function removeOld({ alerts, rollouts, clock }: World): Promise<number> {
  let active: readonly Rollout[] | undefined;
  let [pages, removed] = [0, 0];
  for await (const page of alerts.pagesBefore(forgetBefore(clock.now()), rowsPerPage)) {
    if (page.length > 0) active ??= (await rollouts.active()).map(({ rollout }) => rollout);
    const idle = page.filter((old) => !stillCounts(old, active ?? []));
    await sideBySide<OldAlert, void>(idle, mostRows, (old) => alerts.remove(old));
    removed += idle.length;
    if (++pages >= mostPages) break;
  }
  return removed;
}
