import type { Api, JournalEntryView, RolloutView } from '../support/api.ts';
import type { ControlClient } from '../support/controlClient.ts';
import type { Build, Started } from './story.ts';

/** Both rollouts at one moment, as anyone can read them over HTTP. */
export type Snapshot = {
  /** Domain time. */
  readonly now: Date;
  /** Domain seconds per real second. */
  readonly speed: number;
  readonly rollouts: readonly Watched[];
};
export type Watched = {
  readonly build: Build;
  readonly view: RolloutView;
  /** What Rampart said last. */
  readonly sentence: string;
};

/** Looks at both rollouts. */
export function createWatch(
  started: readonly Started[],
  api: Api,
  control: ControlClient,
): () => Promise<Snapshot> {
  const look = async ({ build, id }: Started): Promise<Watched> => {
    const view = await api.rollout(id);
    return { build, view, sentence: view.sentence };
  };
  return async () => {
    const [clock, ...rollouts] = await Promise.all([control.readClock(), ...started.map(look)]);
    return { now: new Date(clock.now), speed: clock.speed, rollouts };
  };
}

/** The sentence of the last decision of a kind, of a journal with its oldest entry first. */
export const lastDecision = (journal: readonly JournalEntryView[], subject: string): string | undefined =>
  journal.findLast((entry) => entry.kind === 'decision' && entry.subject === subject)?.sentence;
