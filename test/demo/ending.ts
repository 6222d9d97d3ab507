import { z } from 'zod';
import type { Actor, Phase } from '../../src/shared/rollout/vocabulary.ts';
import { type Publication, sharesAt } from '../simulator/adoption.ts';
import type { Api, JournalEntryView } from '../support/api.ts';
import type { ControlClient } from '../support/controlClient.ts';
import { audience, type Build, type Started } from './story.ts';
import { lastDecision } from './watch.ts';

/** How a rollout ended: by Rampart's word, by the Store's own state, and for its users. */
export type Ending = {
  readonly build: Build;
  readonly phase: Phase;
  /** The Store's own word. */
  readonly storeStatus: string;
  /** Whether Rampart halted or finalized it by its policy, as it should. */
  readonly byPolicy: boolean;
  /** Whose word the last halt or finalize was; absent: nobody's but that of its policy. */
  readonly byHand: Hand | undefined;
  readonly endedAt: Date;
  /** The most that the Store ever offered it to, in percent. */
  readonly highest: number;
  /** Why it ended, in Rampart's words. */
  readonly decisive: string;
  readonly harm: Harm;
};

/** Who can end a rollout before its policy does. */
export type Hand = 'command' | 'alert' | 'partnerCenter';

/** What the build did to its users until the end. */
export type Harm = {
  readonly audience: number;
  /** Daily users who have it. */
  readonly users: number;
  readonly crashes: number;
  /** What the same build would have caused in the same time, offered to everyone from the first hour. */
  readonly crashesAtOnce: number;
};

export const endedRightly = ({ build: { rightEnd }, phase, storeStatus, byPolicy }: Ending): boolean =>
  phase === rightEnd.phase && storeStatus === rightEnd.storeStatus && byPolicy;

/** Who ended it before its policy did, if the Store shows just that. Where nobody gives commands, it is no right end. */
export const endedByHand = ({ phase, storeStatus, byHand }: Ending): Hand | undefined =>
  storeStatus === storeStatusOf[phase] ? byHand : undefined;

const storeStatusOf: Partial<Record<Phase, string>> = {
  completed: 'PackageRolloutComplete',
  halted: 'PackageRolloutStopped',
};

/** Of the simulator's whole state, what the ending needs. Times are milliseconds of domain time. */
const storeSchema = z.object({
  tracks: z.record(
    z.string(),
    z.object({ audience: z.object({ adoptionMs: z.number(), baselineVersion: z.string() }) }),
  ),
  submissions: z.record(
    z.string(),
    z.object({
      track: z.object({ applicationId: z.string(), flightId: z.string().optional() }),
      packages: z.array(z.object({ version: z.string().optional() })),
      publishedAt: z.number().optional(),
      offers: z.array(z.object({ at: z.number(), share: z.number() })),
      rollout: z.object({ status: z.string() }),
    }),
  ),
});
type Store = z.infer<typeof storeSchema>;

export async function readEnding(started: Started, api: Api, control: ControlClient): Promise<Ending> {
  const { build, id, applicationId, flightId, submissionId } = started;
  const [view, journal, state] = await Promise.all([api.rollout(id), api.journal(id), control.state()]);
  const store = storeSchema.parse(state);
  const submission = store.submissions[submissionId];
  if (!submission || view.endedAt === undefined) throw new Error(`${id} has not ended.`);
  const { effect } = build.rightEnd;
  const endedAt = new Date(view.endedAt);
  const hours = await control.world(applicationId, flightId, {
    from: new Date(submission.publishedAt ?? endedAt).toISOString(),
    to: endedAt.toISOString(),
  });
  return {
    build,
    phase: view.phase,
    storeStatus: submission.rollout.status,
    byPolicy: journal.some(
      ({ kind, subject, actor }) => kind === 'effect' && subject === effect && actor === 'policy',
    ),
    byHand: handOf(journal),
    endedAt,
    highest: 100 * Math.max(0, ...submission.offers.map(({ share }) => share)),
    decisive: lastDecision(journal, effect) ?? view.sentence,
    harm: harmOf(store, started, hours, endedAt),
  };
}

/** By the last entry that ended something: an intent of the policy may have given way to somebody's word. */
export function handOf(journal: readonly JournalEntryView[]): Hand | undefined {
  const last = journal.findLast(
    ({ kind, subject }) =>
      (kind === 'effect' && (subject === 'halt' || subject === 'finalize')) ||
      (kind === 'decision' && subject === 'adopt'),
  );
  return last && hands[last.actor];
}

const hands: Partial<Record<Actor, Hand>> = {
  person: 'command',
  key: 'command',
  alert: 'alert',
  partnerCenter: 'partnerCenter',
};

type Hours = Awaited<ReturnType<ControlClient['world']>>;

function harmOf(store: Store, { applicationId, flightId, build }: Started, hours: Hours, end: Date): Harm {
  const { version } = build;
  const known = store.tracks[`${applicationId}/${flightId}`]?.audience;
  if (!known) throw new Error(`The simulator has no flight ${flightId}.`);
  const publications = publicationsOf(store, flightId);
  const share = (of: readonly Publication[], at: number) =>
    sharesAt(of, known.baselineVersion, known.adoptionMs, at).get(version) ?? 0;
  const atOnce = publications.map((one) => (one.version === version ? offeredToAll(one) : one));
  const crashed = hours.filter((hour) => hour.version === version && hour.crashes > 0);
  const factor = ({ start }: { start: string }) => {
    const middle = Date.parse(start) + halfHour;
    return share(atOnce, middle) / share(publications, middle);
  };
  return {
    audience,
    users: audience * share(publications, end.getTime()),
    crashes: crashed.reduce((sum, { crashes }) => sum + crashes, 0),
    crashesAtOnce: crashed.reduce((sum, hour) => sum + hour.crashes * factor(hour), 0),
  };
}

const halfHour = 1_800_000;

const publicationsOf = ({ submissions }: Store, flightId: string): Publication[] =>
  Object.values(submissions)
    .filter(({ track, publishedAt }) => track.flightId === flightId && publishedAt !== undefined)
    .sort((one, other) => (one.publishedAt ?? 0) - (other.publishedAt ?? 0))
    .map(({ packages, offers, rollout }) => ({
      version: packages[0]?.version ?? '',
      offers,
      halted: rollout.status === 'PackageRolloutStopped',
    }));

const offeredToAll = ({ version, offers }: Publication): Publication => ({
  version,
  offers: offers.slice(0, 1).map(({ at }) => ({ at, share: 1 })),
  halted: false,
});
