import type { FaultRuleInput } from '../simulator/faults.ts';
import type { Application, Deliveries, DeliveryView, StoryEntry } from './deliveryScene.ts';
import type { Scene } from './scene.ts';

/** Many deliveries on one clock, each with an application of its own and with the faults that it meets. */

const minute = 60_000;
/**
 * One look while the Store processes, and one after it has published: each costs real time. Only who wants to stop on the
 * way looks in between, while the Store certifies.
 */
const stepMs = (round: number, stops: boolean): number => {
  if (round === 0) return 6 * minute;
  return round === 1 && stops ? 50 * minute : 250 * minute;
};
const mostRounds = 40;
/** More often than any fault here lasts: what fails that often does not come through at all. */
const mostFailures = 7;

/** What it takes to order deliveries and to see how they ended; and to carry them on. */
type Ground = Deliveries & Pick<Scene, 'control'>;
type CarryingGround = Ground & Pick<Scene, 'stage'>;

export type Under = {
  /** What it is called in a list of what went otherwise. */
  readonly name: string;
  readonly faults?: (of: Application) => readonly FaultRuleInput[];
  /** What is asked for besides the plainest. */
  readonly ask?: object;
  /** Its flight unless told. */
  readonly track?: 'flight' | 'production';
  /** A new one with one flight unless told. */
  readonly application?: Application;
  /** Puts what is to be delivered into the container, and gives its name; a small ZIP unless told. */
  readonly blob?: (of: Application) => Promise<string>;
};

export type Carried = {
  readonly name: string;
  readonly rules: readonly FaultRuleInput[];
  readonly id: string;
  readonly application: Application;
  /** The size of the blob that was asked for. */
  readonly bytes: number;
  view: DeliveryView;
};

/** Orders one on a track of its application; its faults are armed before anything is asked of the Store. */
export async function orderUnder(scene: Ground, under: Under): Promise<Carried> {
  const { name, ask = {}, faults, blob: put = (of) => scene.putZip(of, '2.0.0.0') } = under;
  const application = under.application ?? (await scene.application());
  const { applicationId, flightId } = application;
  const on = under.track === 'production' ? { applicationId } : { applicationId, flightId };
  const blob = await put(application);
  const { contentLength: bytes = 0 } = await scene.packages.getBlobClient(blob).getProperties();
  const rules = faults?.(application) ?? [];
  await scene.control.addFaults(rules);
  const request = { requestId: 'build-1', ...on, packages: [blob], ...ask };
  const view = await scene.order(request);
  return { name, rules, application, bytes, id: view.id, view };
}

/** How one was carried until it ramps, has ended, or is in one of `stopAt`. */
export async function carryOne(
  scene: CarryingGround,
  under: Omit<Under, 'name'>,
  ...stopAt: readonly string[]
): Promise<Carried> {
  const one = await orderUnder(scene, { name: 'it', ...under });
  await goOn(scene, [one], ...stopAt);
  return one;
}

/** Orders all of them, and carries them on in the same steps until each ramps, has ended, or is in one of `stopAt`. */
export async function carryInStep(
  scene: CarryingGround,
  unders: readonly Under[],
  ...stopAt: readonly string[]
): Promise<Carried[]> {
  const all = await Promise.all(unders.map((under) => orderUnder(scene, under)));
  await goOn(scene, all, ...stopAt);
  return all;
}

export async function goOn(
  scene: CarryingGround,
  all: readonly Carried[],
  ...stopAt: readonly string[]
): Promise<void> {
  const isDone = ({ view }: Carried) =>
    view.ended || ['ramping', ...stopAt].includes(view.phase) || (view.trouble?.count ?? 0) > mostFailures;
  let left = [...all];
  for (let round = 0; left.length > 0 && round < mostRounds; round++) {
    await eachAtOnce(left, async (one) => {
      one.view = await carry(scene, one);
    });
    left = left.filter((one) => !isDone(one));
    if (left.length > 0) await scene.control.advanceClock(stepMs(round, stopAt.length > 0));
  }
}

/**
 * Enough to wait together where the client waits in real time, and few enough that hardly one finds no room for its
 * upload: that one would look at its draft once more than the others.
 */
const atOnce = 10;

async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** One look more; after the hand-over it is the rollout that is looked at. */
async function carry(scene: CarryingGround, { id, view: { rollout } }: Carried): Promise<DeliveryView> {
  if (rollout) await scene.stage.host.run('advanceRollout', JSON.stringify({ id: rollout.id }));
  return scene.carry(id);
}

/** How a delivery has ended: at the Store, on its page and in its journal. */
export type End = {
  readonly phase: string;
  /** The Store's rollout of the submission. */
  readonly rollout: string;
  /** What the API changed, in order; an update that was made again, which does no harm, counts once. */
  readonly applied: string;
  /** How many submissions that the API made are there still. */
  readonly alive: number;
  /** Whether each commit took the blob as it was asked for. */
  readonly committed: string;
  /** The file names of the submission's packages. */
  readonly packages: string;
  /** What is wrong with the journal. */
  readonly journal: readonly string[];
  /** Faults that no request ran into: such a case has shown nothing. */
  readonly unmet: number;
};

export async function endsOf(scene: Ground, all: readonly Carried[]): Promise<Record<string, End>> {
  const [changes, requests, kept] = await Promise.all([
    scene.control.applied(),
    scene.control.requests(),
    scene.keptAll(),
  ]);
  const ends = all.map(async ({ name, id, view, application, bytes, rules }) => {
    const own = changes.filter(({ track }) => track.applicationId === application.applicationId);
    const submission = kept[view.submissionId ?? ''];
    const created = new Set(own.filter(({ kind }) => kind === 'create').map((one) => one.submissionId));
    const taken = own.filter(({ kind }) => kind === 'commit').map(({ blob }) => blob?.bytes);
    const end: End = {
      phase: view.phase,
      rollout: submission ? `${submission.rollout.status} ${submission.rollout.percentage}` : 'none',
      applied: own
        .map(({ kind }) => kind)
        .join(' ')
        .replaceAll(/(update )+/g, 'update '),
      alive: [...created].filter((submissionId) => kept[submissionId]).length,
      committed: taken.every((one) => one === bytes) ? 'whole' : `${taken} of ${bytes} bytes`,
      packages: (submission?.packages ?? [])
        .map(({ fileName }) => fileName)
        .sort()
        .join(', '),
      journal: mistakesIn(await scene.story(id)),
      unmet: rules.filter((rule) => !isMet(rule, requests)).length,
    };
    return [name, end] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

export const endOf = async (scene: Ground, one: Carried): Promise<End | undefined> =>
  (await endsOf(scene, [one]))[one.name];

function isMet(
  { match = {} }: FaultRuleInput,
  requests: readonly { method: string; path: string }[],
): boolean {
  const { method, path = '', nth = 1 } = match;
  const pattern = new RegExp(path, 'i');
  const hits = requests.filter((one) => (method ?? one.method) === one.method && pattern.test(one.path));
  return hits.length >= nth;
}

/** How often people were told of a delivery: in the log, and in its journal. Each time it is both, and nothing else is an error. */
export async function tellings(
  scene: CarryingGround,
  { id }: Carried,
): Promise<{ log: number; journal: number }> {
  const errors = scene.stage.host.logs().filter((line) => line.includes(' error ') && line.includes(id));
  const escalated = (await scene.story(id)).filter((entry) => entry.of === 'submission' && entry.escalated);
  return { log: errors.length, journal: escalated.length };
}

const changing = ['clearing', 'creating', 'updating', 'uploading', 'renewing', 'committing', 'discarding'];

/** A gap in a journal, or an effect on the Store without its intent before it. */
function mistakesIn(story: readonly StoryEntry[]): string[] {
  const own = story.filter(({ of }) => of === 'submission');
  const first = own[0]?.sequence ?? 0;
  const gaps = own.filter(({ sequence }, index) => sequence !== first + index);
  const unannounced = own.filter(
    ({ kind, subject }, index) =>
      kind === 'effect' &&
      changing.includes(subject) &&
      !own.slice(0, index).some((earlier) => earlier.kind === 'intent' && earlier.subject === subject),
  );
  return [
    ...gaps.map(({ sequence }) => `there is a gap before entry ${sequence}`),
    ...unannounced.map(({ sentence }) => `there is no intent before "${sentence}"`),
  ];
}

export const asPlanned: End = {
  phase: 'ramping',
  rollout: 'PackageRolloutInProgress 5',
  applied: 'create update commit',
  alive: 1,
  committed: 'whole',
  packages: 'Contoso.ContosoNotes_1.0.0.0_x64.msix, Notes_2.0.0.0_x64.msix',
  journal: [],
  unmet: 0,
};

/** Where the draft was deleted again, or never made. */
export const nothingLeft: End = { ...asPlanned, rollout: 'none', alive: 0, packages: '' };

/** The same end for each name, to compare with `endsOf` at once. */
export const each = (names: readonly { readonly name: string }[], end: End): Record<string, End> =>
  Object.fromEntries(names.map(({ name }) => [name, end]));
