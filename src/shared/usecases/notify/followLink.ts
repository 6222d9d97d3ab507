import { isExpired, type Link, type LinkAction, readLink } from '../../notify/link.ts';
import type { Log } from '../../platform/log.ts';
import type { CommandOf, StepEntry } from '../../rollout/command.ts';
import { hasLeft, leftStep } from '../../rollout/holdCommands.ts';
import { awaitsApproval, type Rollout } from '../../rollout/rollout.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import { isOutage } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import { ConflictError, NoSuchRolloutError, UnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { commandRollout } from '../rollout/commandRollout.ts';

/** What becomes of somebody who follows a link. */
export type Followed =
  /** Nobody here made it. */
  | { readonly kind: 'forged' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'used' }
  /** What it was for is over; the sentence says why. */
  | { readonly kind: 'past'; readonly sentence: string }
  /** It is good: this is what it would do. */
  | { readonly kind: 'offered'; readonly action: LinkAction; readonly rollout: Rollout }
  /** It was used now. `done` says that the Store has confirmed it, or need not. */
  | {
      readonly kind: 'followed';
      readonly action: LinkAction;
      readonly rollout: Rollout;
      readonly done: boolean;
    }
  /** The rollout does not take the command. The link is as good as before. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** The state did not answer, or was too busy: it may have been done, and the link may be used up. */
  | { readonly kind: 'unknown'; readonly retryAfterMs: number };

type Opened = { readonly kind: 'open'; readonly link: Link; readonly rollout: Rollout };
type Closed = Extract<Followed, { kind: 'forged' | 'expired' | 'used' | 'past' }>;

/** What a link would do, without doing it: whoever previews links follows them, too. */
export async function showLink(ports: Ports, token: string): Promise<Followed> {
  const opened = await open(ports, token);
  if (opened.kind !== 'open') return opened;
  return { kind: 'offered', action: opened.link.action, rollout: opened.rollout };
}

/**
 * Does what a link says, once. Its use is taken first, and given back if nothing came of it, or nobody knows: following
 * it again does nothing twice. Who dies in between leaves a link that is used up.
 */
export async function followLink(ports: Ports, token: string, reason: string, log: Log): Promise<Followed> {
  const opened = await open(ports, token);
  if (opened.kind !== 'open') return opened;
  const { link } = opened;
  const taken = await take(ports, link);
  if (taken !== true) return taken;
  log.info(`${link.rolloutId}: a link of the channel ${link.channel} was followed: ${link.action}.`);
  try {
    const command = commandOf(link, reason);
    const { rollout, done } = await commandRollout(ports, link.rolloutId, command, log);
    return { kind: 'followed', action: link.action, rollout, done };
  } catch (error) {
    const answer = answerTo(error);
    if (!answer) throw error;
    await giveBack(ports, link, log);
    return answer;
  }
}

const unknown = { kind: 'unknown', retryAfterMs: 1_000 } as const;

/** Takes the one use of a link; what is to be said where it cannot be had. */
async function take({ notifications, runtime }: Ports, link: Link): Promise<true | Followed> {
  const attempt = `${runtime.now()}.${runtime.random()}`;
  try {
    const isFirst = await notifications.usedLinks.use(link, attempt, new Date(runtime.now()));
    return isFirst || { kind: 'used' };
  } catch (error) {
    // It may be taken all the same, and then nobody gets any further with this link.
    if (isOutage(error)) return unknown;
    throw error;
  }
}

/** What became of its command is to be said whether or not this fails. */
async function giveBack({ notifications }: Ports, link: Link, log: Log): Promise<void> {
  try {
    await notifications.usedLinks.release(link);
  } catch (error) {
    log.error(`${link.rolloutId}: a link could not be given back, and may be used up: ${causeOf(error)}.`);
  }
}

/** From the cheapest question to the dearest. */
async function open(ports: Ports, token: string): Promise<Opened | Closed> {
  const { links, usedLinks } = ports.notifications;
  const link = links && readLink(token, links.key);
  if (!link) return { kind: 'forged' };
  if (isExpired(link, ports.runtime.now())) return { kind: 'expired' };
  if (await usedLinks.isUsed(link)) return { kind: 'used' };
  const rollout = (await ports.rollouts.get(link.rolloutId))?.rollout;
  if (!rollout) return { kind: 'past', sentence: 'There is no such rollout any more.' };
  const sentence = pastBecause(link, rollout);
  return sentence === undefined ? { kind: 'open', link, rollout } : { kind: 'past', sentence };
}

function pastBecause(link: Link, rollout: Rollout): string | undefined {
  const { phase, decision } = rollout;
  if (hasEnded(phase)) return `The rollout is ${phase}. ${decision?.sentence ?? ''}`.trim();
  if (phase === 'halting') return `The rollout is being halted. ${decision?.sentence ?? ''}`.trim();
  const entry = entryIn(link);
  if (!entry) return undefined;
  if (phase !== 'ramping' || hasLeft(rollout, entry)) return leftStep;
  return awaitsApproval(rollout) ? undefined : 'The step is approved already.';
}

const entryIn = ({ approves }: Link): StepEntry | undefined =>
  approves && { step: approves.step, since: new Date(approves.since) };

function commandOf(link: Link, reason: string): CommandOf<'approve'> | CommandOf<'halt'> {
  const who = { actor: 'key', by: `link ${link.channel}` } as const;
  return link.action === 'halt'
    ? { kind: 'halt', who, reason }
    : { kind: 'approve', who, reason, approves: entryIn(link) };
}

/** What a reader is told of an error after which the link can be given back; undefined for all others. */
function answerTo(error: unknown): Followed | undefined {
  if (error instanceof ConflictError || error instanceof NoSuchRolloutError)
    return { kind: 'refused', sentence: error.message };
  // It may have been written all the same, by a request that the client sent twice and took for somebody else's as well.
  // Then following the link again says so, and does nothing twice.
  if (error instanceof UnavailableError) return { ...unknown, retryAfterMs: error.retryAfterMs };
  if (isOutage(error)) return unknown;
  return undefined;
}
