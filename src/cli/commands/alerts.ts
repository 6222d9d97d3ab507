import type { AlertFormat } from '../../shared/alerts/alert.ts';
import { readText } from '../../tools/input.ts';
import { alertIn } from '../api/alertViews.ts';
import type { Trial } from '../api/rampart.ts';
import { WrongInputError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { readSettings } from '../settings.ts';
import { alertLines, trialLines } from '../show/alerts.ts';
import { paintFor } from '../show/paint.ts';
import { widthOf } from '../show/text.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, writeJson, writeLines } from './context.ts';
import { readPages } from './pages.ts';

const pageSize = 50;
const nothing = 'Nothing was changed.';

export type AlertsOptions = { readonly unmatched: boolean; readonly all: boolean; readonly json: boolean };

/** `rampart alerts`: the alerts that came in last, and what each did. */
export async function alerts({ unmatched, all, json }: AlertsOptions, world: World): Promise<ExitCode> {
  const settings = readSettings(world.environment);
  const matched = unmatched ? false : undefined;
  const { items, continuationToken } = await interruptible(world, nothing, () =>
    withRampart(settings, world, (rampart) =>
      readPages((token) => rampart.alerts({ matched, pageSize, continuationToken: token }), all),
    ),
  );
  if (continuationToken !== undefined) world.stderr.write('There are older alerts: --all shows them.\n');
  if (json) {
    writeJson(world, { items, ...(continuationToken !== undefined && { continuationToken }) });
    return exitCodes.done;
  }
  const views = items.flatMap((item) => alertIn(item) ?? []);
  writeLines(world, views.length === 0 ? ['There is nothing.'] : alertLines(views, roomOf(world)));
  return exitCodes.done;
}

export type TrialOptions = Omit<Trial, 'format' | 'payload'> & { readonly json: boolean };

/** `rampart alerts test <format> <file>`: what the alerts of a payload would do. `-` reads standard input. */
export async function testAlerts(
  format: AlertFormat,
  file: string,
  { json, ...address }: TrialOptions,
  world: World,
): Promise<ExitCode> {
  requireAddress(format, address);
  const settings = readSettings(world.environment);
  const { trials, document } = await interruptible(world, nothing, async () => {
    const payload = await readPayload(file, world);
    return await withRampart(settings, world, (rampart) =>
      rampart.tryAlerts({ format, payload, ...address }),
    );
  });
  if (json) writeJson(world, document);
  else writeLines(world, trialLines(trials, roomOf(world)));
  return exitCodes.done;
}

const roomOf = ({ stdout }: World) => ({ width: widthOf(stdout), paint: paintFor(stdout) });

const readPayload = (file: string, { readInput }: World): Promise<string> =>
  file === '-' ? readInput() : readText(file);

/** Options that need another one, which Rampart would name as HTTP has it, or pass over. @throws WrongInputError */
function requireAddress(
  format: AlertFormat,
  { rollout, do: what, resource }: Pick<Trial, 'rollout' | 'do' | 'resource'>,
): void {
  if (what !== undefined && rollout === undefined)
    throw new WrongInputError('--do needs --rollout: it is asked of one rollout.');
  if (format === 'sentry' && resource === undefined)
    throw new WrongInputError(
      'sentry needs --resource, which says what Sentry sends: event_alert, metric_alert or issue.',
    );
}
