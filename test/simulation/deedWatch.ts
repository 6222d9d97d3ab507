import { z } from 'zod';
import type { Outcome } from './app/platform.ts';
import type { Subject } from './app/scene.ts';
import type { TableName } from './app/services.ts';
import { idOf } from './app/world.ts';
import type { DisturbanceKind } from './engine/disturbance.ts';
import { type Doing, doing, type Invocation } from './engine/invocation.ts';
import type { RolloutFacts } from './facts.ts';
import type { Written } from './memory/rows.ts';
import { hasEnded } from './recorder.ts';

type Options = {
  readonly subjects: readonly Subject[];
  readonly rolloutOf: (id: string) => RolloutFacts | undefined;
};

/** Journal entries by which a word of people or of their monitoring becomes part of a rollout. */
const words: ReadonlySet<unknown> = new Set(['command', 'alert']);

/** What has to be said to somebody who follows a link that is of no use any more. */
const refusals: { readonly [kind in DisturbanceKind]?: readonly string[] } = {
  linkLate: ['urn:rampart:problem:link-past', 'urn:rampart:problem:link-used'],
  linkExpired: ['urn:rampart:problem:link-expired'],
};

const problemSchema = z.object({
  body: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.object({ type: z.string() })),
});

/**
 * Sees which deeds came to something. A command or an alert did if it stands in a journal, a second start if it was
 * answered, a link that is of no use any more if somebody was told so, what is done in Partner Center if the website offered it, and a change of telemetry if there is one and the
 * rollout goes on.
 */
export class DeedWatch {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Lets people do it. */
  act(by: Doing, act: () => void): void {
    const { subjects, rolloutOf } = this.#options;
    const subject = subjects[by.deed.rollout % Math.max(1, subjects.length)];
    const before = subject?.telemetry;
    doing(by, act);
    if (!subject || subject.telemetry === before) return;
    const row = rolloutOf(idOf(subject))?.row;
    if (!row || !hasEnded(row)) by.hit();
  }

  wrote(table: TableName, written: readonly Written[], by: Invocation | undefined): void {
    if (table !== 'rollouts') return;
    const isSaid = written.some(
      ({ after }) => after?.rowKey.startsWith('journal.') && words.has(after.columns.kind),
    );
    if (isSaid) by?.doing?.hit();
  }

  ended({ name, doing: by }: Invocation, outcome: Outcome): void {
    if (!by || !('value' in outcome)) return;
    if (by.deed.kind === 'restart' && name === 'startRollout') by.hit();
    const told = refusals[by.deed.kind];
    const problem = name === 'followLink' && problemSchema.safeParse(outcome.value).data?.body.type;
    if (problem && told?.includes(problem)) by.hit();
  }
}
