import type { Command } from '../../../src/shared/rollout/command.ts';
import { decide } from '../../../src/shared/rollout/decide.ts';
import type { Decision } from '../../../src/shared/rollout/decision.ts';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import type { Change } from '../../../src/shared/rollout/journal.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { functionKey, type Who } from '../../../src/shared/rollout/vocabulary.ts';
import { evidence, inProgress } from '../../support/builders.ts';

/** Those who give a rollout their word, and what it says to them. */

export const ops = { actor: 'person', by: 'ops' } as const satisfies Who;
export const grace = { actor: 'person', by: 'grace' } as const satisfies Who;
export const pipeline = { actor: 'key', by: 'pipeline' } as const satisfies Who;
export const nextPolicy = { actor: 'policy' } as const satisfies Who;
export const alarm = { actor: 'alert', by: 'Crash rate' } as const satisfies Who;

/** Every kind of caller whose own word it is, and those of whom it is not. */
export const somebody: readonly Who[] = [ops, { actor: 'person' }, pipeline, functionKey];
export const nobody: readonly Who[] = [nextPolicy, alarm];

/** What a command changed that must be accepted. */
export function accepted(rollout: Rollout, told: Command, now: Date): Change {
  const answer = receive(rollout, told, now);
  if (answer.kind !== 'accepted') throw new Error(`${told.kind} was ${answer.kind}: ${answer.sentence}`);
  return answer.change;
}

export type Seen = { readonly observed?: Observed; readonly evidence?: readonly Evidence[] };

/** One look, at what a healthy rollout shows if nothing else is said. */
export function look(rollout: Rollout, now: Date, seen: Seen = {}): Change & { decision: Decision } {
  const { observed = inProgress(rollout.percentage), evidence: found = [evidence('good')] } = seen;
  const decision = decide(rollout, observed, found, now);
  return { ...evolve({ rollout, observed, evidence: found, now }, decision), decision };
}

/** The entries as `command halt by ops`. */
export const lines = ({ entries }: Change): string[] =>
  entries.map(({ kind, subject, actor, by = actor }) => `${kind} ${subject} by ${by}`);
