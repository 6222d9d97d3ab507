import type { Command } from '../rollout/command.ts';
import { whoOfAlert } from './identity.ts';
import type { AlertEffect, AlertPlan } from './plan.ts';

const longestReason = 200;

/** What an alert says to a rollout, to have this effect on it. */
export function commandOf(
  { alert, id }: Pick<AlertPlan, 'alert' | 'id'>,
  { do: what }: Pick<AlertEffect, 'do'>,
): Command {
  const state = what === 'release' ? 'It is resolved' : 'It fires';
  const reason = `${state}: ${alert.title}`.slice(0, longestReason).toWellFormed();
  const who = whoOfAlert(alert);
  return what === 'halt' ? { kind: what, reason, who } : { kind: what, reason, who, alert: id };
}
