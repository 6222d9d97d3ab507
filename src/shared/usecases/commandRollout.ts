import { type Command, receive } from '../rollout/command.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { LostRaceError } from '../state/errors.ts';
import type { Stored } from '../state/rollouts.ts';
import { advanceRollout } from './advanceRollout.ts';
import { applyAndSettle } from './applyIntent.ts';
import { ConflictError, NoSuchRolloutError } from './errors.ts';
import { observe } from './observe.ts';
import type { Log, Ports } from './ports.ts';
import { untilWritten } from './untilWritten.ts';

/** What a command led to. `done` says that nothing of it is left to do. */
export type CommandResult = { readonly rollout: Rollout; readonly done: boolean };

/** How long the caller waits for the Store; after that the passes go on with it. */
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
  return untilWritten(ports.runtime, 'rollout', async () => {
    const stored = await lookFirst(ports, id, command, log);
    return checked(command, await commandOnce(ports, stored, command, log));
  });
}

/** The Store may have published since the last look, and only a published rollout can be finalized. */
async function lookFirst(ports: Ports, id: string, { kind }: Command, log: Log): Promise<Stored> {
  const stored = await ports.rollouts.get(id);
  if (!stored) throw new NoSuchRolloutError(id);
  if (kind !== 'finalize' || stored.rollout.phase !== 'awaitingPublication') return stored;
  await advanceRollout(ports, { id }, log, applyTimeoutMs);
  return (await ports.rollouts.get(id)) ?? stored;
}

async function commandOnce(ports: Ports, stored: Stored, command: Command, log: Log): Promise<CommandResult> {
  const answer = receive(stored.rollout, command, ports.clock.now());
  switch (answer.kind) {
    case 'refused':
      throw new ConflictError(answer.sentence);
    case 'already':
      return { rollout: stored.rollout, done: true };
    case 'accepted':
      log.info(`${stored.rollout.id}: ${command.kind} by ${command.actor ?? 'operator'}. ${command.reason}`);
      return carryOut(ports, await ports.rollouts.save(stored, answer.change), command, log);
  }
}

async function carryOut(ports: Ports, claimed: Stored, command: Command, log: Log): Promise<CommandResult> {
  const { rollout } = claimed;
  if (rollout.intent?.kind !== command.kind) return { rollout, done: true };
  const abortSignal = ports.runtime.timeout(applyTimeoutMs);
  if (!(await isPublished(ports, rollout, abortSignal))) return { rollout, done: false };
  const settled = await settleOrLeave(ports, claimed, abortSignal, log);
  return { rollout: settled, done: settled.intent === undefined };
}

/** A halt may come before any look has seen the publication, and then it must not wait for one. */
async function isPublished(ports: Ports, rollout: Rollout, abortSignal: AbortSignal): Promise<boolean> {
  if (rollout.stepSince !== undefined) return true;
  const observed = await observe(ports.publishers, rollout, ports.clock.now(), { abortSignal });
  return observed.kind === 'published';
}

/** The intent is durable by now: whoever changed the rollout in the meantime goes on with it. */
async function settleOrLeave(
  ports: Ports,
  claimed: Stored,
  abortSignal: AbortSignal,
  log: Log,
): Promise<Rollout> {
  const { rollout } = claimed;
  try {
    return (await applyAndSettle(ports, claimed, abortSignal)).rollout;
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    log.info(`${rollout.id}: somebody else goes on with the ${rollout.intent?.kind ?? 'command'}.`);
    return (await ports.rollouts.get(rollout.id))?.rollout ?? rollout;
  }
}

/** What the command led to must be what it asked for: a halt that met a finalize has not halted anything. */
function checked({ kind }: Command, result: CommandResult): CommandResult {
  const { phase, decision } = result.rollout;
  const missed =
    (kind === 'halt' && !['halting', 'halted'].includes(phase)) ||
    (kind === 'finalize' && !['finalizing', 'completed'].includes(phase));
  if (missed) throw new ConflictError(`The rollout is ${phase}. ${decision?.sentence ?? ''}`.trim());
  return result;
}
