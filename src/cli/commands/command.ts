import {
  type CommandBody,
  type Commanded,
  type Rampart,
  type RolloutCommand,
  rolloutIdOf,
} from '../api/rampart.ts';
import type { Standing } from '../api/views.ts';
import { ConflictError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { follow } from '../follow/follow.ts';
import type { Outcome } from '../follow/outcome.ts';
import { readSettings } from '../settings.ts';
import type { Screen } from '../show/screen.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, withScreen } from './context.ts';

export type CommandOptions = CommandBody & {
  /** How long to wait for the Store where it does not confirm at once, in ms. */
  readonly timeout: number;
  readonly json: boolean;
};

/** What a command wants to have come about. */
type Wanted = RolloutCommand | 'cancel';
const wantedPhase: Readonly<Partial<Record<Wanted, string>>> = {
  halt: 'halted',
  finalize: 'completed',
  cancel: 'cancelled',
};

/** `rampart halt <id>` and the like: on a submission's id, for the rollout that it went over to. */
export const commandRollout = (id: string, command: RolloutCommand, options: CommandOptions, world: World) =>
  give(id, command, options, world, async (rampart, standing) => {
    const { reason, until, owner, percentage } = options;
    // JSON has no undefined: what was not said does not go.
    const body = { reason, until, owner, percentage };
    return rampart.command(rolloutIdOf(standing, command), command, body);
  });

/** `rampart cancel <id>`: takes a submission back, as far as the Store still allows. */
export const cancel = (id: string, options: CommandOptions, world: World) =>
  give(id, 'cancel', options, world, async (rampart, standing) => {
    if (standing.kind === 'rollout')
      throw new ConflictError(
        `${id} is a rollout, and its submission is published. To stop it: rampart halt ${id} --reason "…"`,
      );
    return rampart.cancel(standing.id, options.reason);
  });

async function give(
  id: string,
  wanted: Wanted,
  options: CommandOptions,
  world: World,
  call: (rampart: Rampart, standing: Standing) => Promise<Commanded>,
): Promise<ExitCode> {
  const settings = readSettings(world.environment);
  return await withScreen(world, { json: options.json, onlyLast: true }, (screen) =>
    withRampart(settings, world, async (rampart) => {
      const meaning = `It may have been done all the same: rampart status ${id}`;
      return await interruptible(world, meaning, async () => {
        const { standing, done } = await call(rampart, await rampart.find(id));
        if (done) {
          screen.show(standing);
          return exitCodes.done;
        }
        return await untilDone(standing, wanted, options, { rampart, screen, world });
      });
    }),
  );
}

/** Rampart keeps trying by itself; this only looks. */
async function untilDone(
  first: Standing,
  wanted: Wanted,
  { timeout }: CommandOptions,
  { rampart, screen, world }: { readonly rampart: Rampart; readonly screen: Screen; readonly world: World },
): Promise<ExitCode> {
  if (wanted === 'cancel' && isBeyondTheApi(first)) throw new ConflictError(first.sentence);
  screen.say('The Store has not confirmed it yet; Rampart keeps trying.');
  const following = {
    look: () => rampart.look(first),
    outcomeOf: (standing: Standing) => outcomeFor(wanted, standing),
    show: screen.show,
    say: screen.say,
    everyMs: lookEveryMs,
    timeoutMs: timeout,
  };
  const { outcome } = await follow(first, following, world);
  return outcome === 'done' ? exitCodes.done : exitCodes.otherwise;
}

/** What the Store has in certification only a person can take back, in Partner Center: there is nothing to wait for. */
const isBeyondTheApi = ({ phase, submission }: Standing): boolean =>
  phase === 'failing' || submission?.reason === 'cancelLate';

const lookEveryMs = 5_000;

function outcomeFor(wanted: Wanted, { phase, ended }: Standing): Outcome {
  if (phase === wantedPhase[wanted]) return 'done';
  return ended ? 'otherwise' : 'underWay';
}
