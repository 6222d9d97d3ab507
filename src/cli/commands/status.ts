import { phases } from '../../shared/rollout/vocabulary.ts';
import type { PageQuery, Rampart } from '../api/rampart.ts';
import { rolloutIn, type Standing, submissionIn } from '../api/views.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { readSettings } from '../settings.ts';
import { tableLines } from '../show/list.ts';
import { paintFor } from '../show/paint.ts';
import { standingLines } from '../show/standing.ts';
import { widthOf } from '../show/text.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, writeJson, writeLines } from './context.ts';
import { readPages } from './pages.ts';

export type StatusOptions = {
  readonly app?: string | undefined;
  readonly phase?: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
};

/** `rampart status [id]`: one with all that is known of it, or what there is. */
export async function status(
  id: string | undefined,
  options: StatusOptions,
  world: World,
): Promise<ExitCode> {
  const settings = readSettings(world.environment);
  await interruptible(world, 'Nothing was changed.', () =>
    withRampart(settings, world, (rampart) =>
      id === undefined ? showAll(rampart, options, world) : showOne(id, rampart, options, world),
    ),
  );
  return exitCodes.done;
}

async function showOne(id: string, rampart: Rampart, { json }: StatusOptions, world: World): Promise<void> {
  const standing = await rampart.find(id);
  if (json) return writeJson(world, standing.document);
  const { stdout } = world;
  const room = { width: widthOf(stdout), now: world.now(), paint: paintFor(stdout) };
  writeLines(world, standingLines(standing, room));
}

const pageSize = 50;
const isRolloutPhase = (phase: string | undefined): boolean =>
  phase === undefined || phases.some((known) => known === phase);

async function showAll(rampart: Rampart, options: StatusOptions, world: World): Promise<void> {
  const { app: applicationId, phase, all, json } = options;
  const query: PageQuery = { phase, applicationId, pageSize };
  const read = (kind: 'submissions' | 'rollouts') =>
    readPages((continuationToken) => rampart.page(kind, { ...query, continuationToken }), all);
  const submissions = await read('submissions');
  // A rollout can only be in a rollout's phase, and asking for another one is a mistake.
  const rollouts = isRolloutPhase(phase) ? await read('rollouts') : { items: [], more: false };
  const carried = submissions.items.flatMap((item) => submissionIn(item) ?? []);
  const known = new Set(carried.flatMap(rolloutIdsOf));
  const others = rollouts.items.filter((item) => !known.has(rolloutIn(item)?.id ?? ''));
  const more = submissions.more || rollouts.more;
  if (more) world.stderr.write('There are more: --all shows them.\n');
  if (json) return writeJson(world, { submissions: submissions.items, rollouts: others, more });
  const standings = [...carried, ...others.flatMap((item) => rolloutIn(item) ?? [])];
  const { stdout } = world;
  if (standings.length === 0) return writeLines(world, ['There is nothing.']);
  writeLines(world, tableLines(standings, { width: widthOf(stdout), paint: paintFor(stdout) }));
}

/** A rollout that a submission of the list went over to is not shown twice. */
const rolloutIdsOf = ({ submission, rollout }: Standing): string[] =>
  [submission?.rolloutId, rollout?.id].filter((id) => id !== undefined);
