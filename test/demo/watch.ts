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
  /** What Rampart said last, with the reasons. */
  readonly sentence: string;
};

/** Looks at both rollouts; reads a journal only where a rollout has changed the Store. */
export function createWatch(
  started: readonly Started[],
  api: Api,
  control: ControlClient,
): () => Promise<Snapshot> {
  const watchers = started.map(({ build, id }) => {
    let told = { at: '', sentence: '' };
    return async (): Promise<Watched> => {
      const view = await api.rollout(id);
      const { decision } = view;
      // Once the Store has confirmed a change, the view says that it did, and the journal why it was wanted.
      if (decision?.reason !== 'confirmed') return { build, view, sentence: view.sentence };
      if (told.at !== decision.at) {
        const why = lastDecision(await api.journal(id), decision.kind);
        told = { at: decision.at, sentence: why === undefined ? view.sentence : `${why} ${view.sentence}` };
      }
      return { build, view, sentence: told.sentence };
    };
  });
  return async () => {
    const [clock, ...rollouts] = await Promise.all([
      control.readClock(),
      ...watchers.map((watch) => watch()),
    ]);
    return { now: new Date(clock.now), speed: clock.speed, rollouts };
  };
}

/** The sentence of the last decision of a kind, of a journal with its oldest entry first. */
export const lastDecision = (journal: readonly JournalEntryView[], subject: string): string | undefined =>
  journal.findLast((entry) => entry.kind === 'decision' && entry.subject === subject)?.sentence;
