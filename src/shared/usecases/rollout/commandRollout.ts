import type { Ticket } from '../../budget/port.ts';
import type { Log } from '../../platform/log.ts';
import type { Command } from '../../rollout/command.ts';
import { tryEnds } from '../../rollout/looks.ts';
import { receive } from '../../rollout/receive.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { sayWho } from '../../rollout/sentence.ts';
import { isOutage, LostRaceError } from '../../state/errors.ts';
import type { Stored } from '../../state/rollouts.ts';
import { causeOf } from '../../text/cause.ts';
import { ConflictError, NoSuchRolloutError, UnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { untilWritten } from '../untilWritten.ts';
import { advanceRollout } from './advanceRollout.ts';
import { applyAndSettle } from './applyIntent.ts';
import { type Claimed, claim, takeForChange, withIndex } from './claim.ts';
import { observe } from './observe.ts';

/** What a command led to. `done` says that nothing of it is left to do. */
export type CommandResult = { readonly rollout: Rollout; readonly done: boolean };

/** How long the caller waits for the Store; after that the passes go on with it. */
const applyTimeoutMs = 5_000;

/**
 * Gives a person's command to a rollout. A halt or a finalize is tried at once; if the Store does not confirm it in
 * time it stays intended, and every later pass tries again.
 *
 * @param known what a caller knows of the rollout already; it may be old, which shows when it is written
 * @throws NoSuchRolloutError, ConflictError if the command cannot be, UnavailableError if it could not be written down
 */
export async function commandRollout(
  ports: Ports,
  id: string,
  command: Command,
  log: Log,
  known?: Stored,
): Promise<CommandResult> {
  let guess =
    known && receive(known.rollout, command, ports.clock.now()).kind === 'accepted' ? known : undefined;
  return untilWritten(ports.runtime, 'rollout', async () => {
    const stored = guess ?? (await lookFirst(ports, id, command, log));
    guess = undefined;
    return checked(command, await commandOnce(ports, stored, command, log));
  });
}

/** The Store may have published since the last look, and only a published rollout can be finalized. */
async function lookFirst(ports: Ports, id: string, { kind }: Command, log: Log): Promise<Stored> {
  const [stored] = await Promise.all([ports.rollouts.get(id), kind === 'halt' && prepareBudgets(ports)]);
  if (!stored) throw new NoSuchRolloutError(id);
  if (kind !== 'finalize' || stored.rollout.phase !== 'awaitingPublication') return stored;
  await advanceRollout(ports, { id }, log, applyTimeoutMs);
  return (await ports.rollouts.get(id)) ?? stored;
}

/** Read beside what is read anyway, so that a halt's request is then taken in one round trip. */
export const prepareBudgets = async ({ publishers }: Pick<Ports, 'publishers'>): Promise<unknown> =>
  Promise.all(publishers.names.map((name) => publishers.budgetOf(name).prepare()));

async function commandOnce(ports: Ports, stored: Stored, command: Command, log: Log): Promise<CommandResult> {
  const answer = receive(stored.rollout, command, ports.clock.now());
  switch (answer.kind) {
    case 'refused':
      throw new ConflictError(answer.sentence);
    case 'already':
      return { rollout: stored.rollout, done: stored.rollout.intent?.kind !== command.kind };
    case 'accepted': {
      const isRepeat = stored.rollout.intent?.kind === command.kind;
      const ticket = isRepeat ? undefined : await roomFor(ports, answer.change.rollout, command);
      const written = await claim(ports, stored, answer.change, log);
      const claimed = { ...written, ticket: ticket ?? written.ticket };
      log.info(`${stored.rollout.id}: ${command.kind} by ${sayWho(command.who)}. ${command.reason}`);
      const doing = isRepeat
        ? tryAgain(ports, claimed.stored.rollout, log)
        : carryOut(ports, claimed, command, log);
      return withIndex(claimed, doing);
    }
  }
}

/** @throws UnavailableError where a finalize finds no room in the publisher's budget; nothing is written then */
async function roomFor(ports: Ports, rollout: Rollout, { kind }: Command): Promise<Ticket | undefined> {
  if (kind !== 'finalize' || rollout.intent?.kind !== 'finalize') return undefined;
  try {
    return await takeForChange(ports, rollout, ports.runtime.timeout(applyTimeoutMs));
  } catch (error) {
    throw new UnavailableError(`The finalize is not written down: ${causeOf(error)}. Try again.`, 30_000, {
      cause: error,
    });
  }
}

/**
 * It is on its way already, and nobody may know whether the last call came through: a pass reads before it calls again.
 * Where that call can still be under way, no reading could say what becomes of it.
 */
async function tryAgain(ports: Ports, known: Rollout, log: Log): Promise<CommandResult> {
  const { id, intent } = known;
  if (intent && tryEnds(intent) > ports.clock.now()) return { rollout: known, done: false };
  await advanceRollout(ports, { id }, log, applyTimeoutMs);
  const rollout = (await ports.rollouts.get(id))?.rollout;
  if (!rollout) throw new NoSuchRolloutError(id);
  return { rollout, done: rollout.intent?.kind !== intent?.kind };
}

async function carryOut(ports: Ports, claimed: Claimed, command: Command, log: Log): Promise<CommandResult> {
  const { rollout } = claimed.stored;
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

/** The intent is durable by now: whoever changed the rollout in the meantime, or looks at it next, goes on with it. */
async function settleOrLeave(
  ports: Ports,
  { stored, ticket }: Claimed,
  abortSignal: AbortSignal,
  log: Log,
): Promise<Rollout> {
  const { rollout } = stored;
  try {
    return (await applyAndSettle(ports, stored, { abortSignal, ticket })).rollout;
  } catch (error) {
    const what = rollout.intent?.kind ?? 'command';
    if (error instanceof LostRaceError) {
      log.info(`${rollout.id}: somebody else goes on with the ${what}.`);
      return (await ports.rollouts.get(rollout.id))?.rollout ?? rollout;
    }
    if (!isOutage(error)) throw error;
    log.error(`${rollout.id}: what became of the ${what} could not be written down: ${causeOf(error)}.`);
    return rollout;
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
