import { type Command, receive } from '../rollout/command.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { LostRaceError } from '../state/errors.ts';
import type { Stored } from '../state/rollouts.ts';
import { applyAndSettle } from './advanceRollout.ts';
import { ConflictError, NoSuchRolloutError, UnavailableError } from './errors.ts';
import type { Log, Ports } from './ports.ts';

/** What a command led to. `done` says that nothing of it is left to do. */
export type CommandResult = { readonly rollout: Rollout; readonly done: boolean };

/** How often a command that lost a race is received anew: passes are short, and few run at once. */
const mostTries = 8;

/** How long the caller waits for the Store; after that the queue goes on with it. */
const applyTimeoutMs = 5_000;

/**
 * Gives a person's command to a rollout. A halt or a finalize is tried at once; if the Store does not confirm it in
 * time it stays intended, and every later pass tries again.
 *
 * @throws NoSuchRolloutError, ConflictError if the command cannot be, UnavailableError if it could not be written down
 */
export async function commandRollout(
  ports: Ports,
  id: string,
  command: Command,
  log: Log,
): Promise<CommandResult> {
  for (let tries = 0; tries < mostTries; tries++) {
    const stored = await ports.rollouts.get(id);
    if (!stored) throw new NoSuchRolloutError(id);
    try {
      return await commandOnce(ports, stored, command, log);
    } catch (error) {
      if (!(error instanceof LostRaceError)) throw error;
    }
  }
  throw new UnavailableError('The rollout is being changed by many at once. Try again.', 1_000);
}

async function commandOnce(ports: Ports, stored: Stored, command: Command, log: Log): Promise<CommandResult> {
  const answer = receive(stored.rollout, command, ports.clock.now());
  switch (answer.kind) {
    case 'refused':
      throw new ConflictError(answer.sentence);
    case 'already':
      return carryOut(ports, stored, command, log);
    case 'accepted':
      log.info(`${stored.rollout.id}: ${command.kind} by an operator. ${command.reason}`);
      return carryOut(ports, await ports.rollouts.save(stored, answer.change), command, log);
  }
}

async function carryOut(ports: Ports, claimed: Stored, command: Command, log: Log): Promise<CommandResult> {
  const { rollout } = claimed;
  if (rollout.intent === undefined || rollout.intent.kind !== command.kind) return { rollout, done: true };
  if (rollout.stepSince === undefined) return { rollout, done: false };
  const settled = await settleOrLeave(ports, claimed, log);
  return { rollout: settled, done: settled.intent === undefined };
}

/** The intent is durable by now: whoever changed the rollout in the meantime goes on with it. */
async function settleOrLeave(ports: Ports, claimed: Stored, log: Log): Promise<Rollout> {
  const { rollout } = claimed;
  try {
    return (await applyAndSettle(ports, claimed, AbortSignal.timeout(applyTimeoutMs))).rollout;
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${rollout.id}: a pass went on with the ${rollout.intent?.kind ?? 'command'}.`);
    return (await ports.rollouts.get(rollout.id))?.rollout ?? rollout;
  }
}
