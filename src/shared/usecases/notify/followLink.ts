import { isExpired, type Link, type LinkAction, readLink } from '../../notify/link.ts';
import type { Log } from '../../platform/log.ts';
import type { CommandOf, StepEntry } from '../../rollout/command.ts';
import { hasLeft, leftStep } from '../../rollout/holdCommands.ts';
import { awaitsApproval, type Rollout } from '../../rollout/rollout.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import { isOutage } from '../../state/errors.ts';
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
  /** It could not be done now. The link is as good as before. */
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number };

type Opened = { readonly kind: 'open'; readonly link: Link; readonly rollout: Rollout };
type Closed = Extract<Followed, { kind: 'forged' | 'expired' | 'used' | 'past' }>;

/** What a link would do, without doing it: whoever previews links follows them, too. */
export async function showLink(ports: Ports, token: string): Promise<Followed> {
  const opened = await open(ports, token);
  if (opened.kind !== 'open') return opened;
  return { kind: 'offered', action: opened.link.action, rollout: opened.rollout };
}

/**
 * Does what a link says, once. Its use is taken first, and given back if nothing came of it; who dies in between leaves
 * a link that is used up, and a rollout that is as it was.
 */
export async function followLink(ports: Ports, token: string, reason: string, log: Log): Promise<Followed> {
  const opened = await open(ports, token);
  if (opened.kind !== 'open') return opened;
  const { link } = opened;
  const { notifications, runtime } = ports;
  const attempt = `${runtime.now()}.${runtime.random()}`;
  if (!(await notifications.usedLinks.use(link, attempt, new Date(runtime.now())))) return { kind: 'used' };
  log.info(`${link.rolloutId}: a link of the channel ${link.channel} was followed: ${link.action}.`);
  try {
    const command = commandOf(link, reason);
    const { rollout, done } = await commandRollout(ports, link.rolloutId, command, log);
    return { kind: 'followed', action: link.action, rollout, done };
  } catch (error) {
    const answer = answerTo(error);
    if (answer) await notifications.usedLinks.release(link);
    if (!answer) throw error;
    return answer;
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

/** What a reader is told of an error after which nothing was done; undefined for those of which nobody can say that. */
function answerTo(error: unknown): Followed | undefined {
  if (error instanceof ConflictError || error instanceof NoSuchRolloutError)
    return { kind: 'refused', sentence: error.message };
  if (error instanceof UnavailableError) return { kind: 'unavailable', retryAfterMs: error.retryAfterMs };
  // It may have been written all the same; then following the link again says so, and does nothing twice.
  if (isOutage(error)) return { kind: 'unavailable', retryAfterMs: 1_000 };
  return undefined;
}
