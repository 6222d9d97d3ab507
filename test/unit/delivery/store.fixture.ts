import type { Act, Outcome } from '../../../src/shared/delivery/decision.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import type {
  Observed,
  PublishedSubmission,
  SeenPackage,
  SeenSubmission,
  Slot,
} from '../../../src/shared/delivery/observed.ts';
import type { DraftPlan } from '../../../src/shared/delivery/plan.ts';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import { stageOf } from '../../../src/shared/rollout/observed.ts';
import { evidence } from '../../support/builders.ts';
import { content, onTrack, otherId, ownId, submission } from './deliveries.fixture.ts';

/** One track of the Store, as small as it can be, and who meddles with it. */
export type World = {
  readonly pending?: SeenSubmission | undefined;
  readonly published?: (SeenSubmission & { readonly health: PublishedSubmission['automation'] }) | undefined;
  /** The submissions that the delivery's own creates have made. */
  readonly ours: readonly string[];
  readonly made: number;
};

/** What happens to one call. */
export const faults = [
  'none',
  /** It took effect, and the answer was lost. */
  'lostAfter',
  /** It never arrived. */
  'lostBefore',
  /** The Store refused it for good. */
  'refused',
  /** The Store answered with success, and left something out. */
  'ignored',
  /** The upload URL is of no use any more, or only a part was uploaded in time. */
  'expired',
  'partial',
  /** Another tool was faster with its own draft. */
  'taken',
] as const;
export type Fault = (typeof faults)[number];

/** What others do to the track between two passes. */
export const meddlings = [
  'nothing',
  'progress',
  /** It is published before anybody looks again. */
  'progressToTheEnd',
  'certificationFails',
  'commitFallsBack',
  'draftIsAltered',
  'packageIsAdded',
  'draftIsCommitted',
  'pendingIsDeleted',
  'portalDraft',
  'foreignDraft',
  'rolloutIsDropped',
  'percentageRises',
  'packageIsDropped',
  'rolloutEnds',
] as const;
export type Meddling = (typeof meddlings)[number];

const order = ['CommitStarted', 'PreProcessing', 'Certification', 'Release', 'Publishing', 'Published'];

const process = (packages: readonly SeenPackage[]): SeenPackage[] =>
  packages
    .filter(({ fileStatus }) => fileStatus !== 'PendingDelete')
    .map((one) => (one.id === '' ? { ...one, id: `9${one.fileName.length}`, fileStatus: 'Uploaded' } : one));

function progress(world: World): World {
  const { pending, published } = world;
  if (published?.rolloutState === 'notStarted')
    return { ...world, published: { ...published, rolloutState: 'inProgress' } };
  const next = pending && order[order.indexOf(pending.status) + 1];
  if (!pending || stageOf(pending.status) !== 'processing' || next === undefined) return world;
  const packages = next === 'Certification' ? process(pending.packages) : pending.packages;
  const moved = { ...pending, status: next, packages };
  if (next !== 'Published') return { ...world, pending: moved };
  const rolloutState = moved.rollout?.enabled ? 'notStarted' : 'notGradual';
  return { ...world, pending: undefined, published: { ...moved, rolloutState, health: undefined } };
}

const inSlot = (world: World, change: Partial<SeenSubmission>): World => ({
  ...world,
  made: world.made + 1,
  pending: submission({
    submissionId: `77${world.made}`,
    packages: world.published?.packages ?? [],
    ...change,
  }),
});

const odd = (packages: readonly SeenPackage[]): SeenPackage => ({
  id: `66${packages.length}`,
  fileName: `Odd${packages.length}.msix`,
  fileStatus: 'Uploaded',
});

const alter = (world: World, when: boolean, change: Partial<SeenSubmission>): World =>
  when && world.pending ? { ...world, pending: { ...world.pending, ...change } } : world;

/** @param asked whether a draft was asked for and has not come: the Store lets nobody tell a fresh one of others from it */
export function meddle(world: World, what: Meddling, asked: boolean): World {
  const { pending, published } = world;
  const stage = pending && stageOf(pending.status);
  const rollout = { enabled: true, percentage: 60 };
  switch (what) {
    case 'nothing':
      return world;
    case 'progress':
      return progress(world);
    case 'progressToTheEnd':
      return order.reduce(progress, world);
    case 'certificationFails':
      return alter(world, stage === 'processing', { status: 'CertificationFailed' });
    case 'commitFallsBack':
      return alter(world, pending?.status === 'CommitStarted', { status: 'PendingCommit' });
    case 'draftIsAltered':
      return alter(world, stage === 'draft' && !asked, { notes: 'by somebody else', rollout });
    case 'packageIsAdded':
      return alter(world, stage === 'draft' && !asked, {
        packages: [...(pending?.packages ?? []), odd(pending?.packages ?? [])],
      });
    case 'draftIsCommitted':
      return alter(world, stage === 'draft', { status: 'CommitStarted' });
    case 'pendingIsDeleted':
      return stage === 'draft' || stage === 'failed' ? { ...world, pending: undefined } : world;
    case 'portalDraft':
      return pending ? world : inSlot(world, { madeByApi: false });
    case 'foreignDraft':
      return pending || asked ? world : inSlot(world, {});
    case 'rolloutIsDropped':
      return alter(world, stage === 'processing', { rollout: undefined });
    case 'percentageRises':
      if (published?.rollout?.enabled && !hasEnded(published))
        return { ...world, published: { ...published, rollout } };
      return alter(world, stage === 'processing', { rollout });
    case 'packageIsDropped':
      return alter(world, stage === 'processing', { packages: pending?.packages.slice(0, -1) ?? [] });
    case 'rolloutEnds':
      return endRollout(world, 'stopped');
  }
}

const hasEnded = ({ rolloutState }: SeenSubmission): boolean =>
  rolloutState === 'stopped' || rolloutState === 'complete';

function endRollout(world: World, rolloutState: 'stopped' | 'complete'): World {
  const { published } = world;
  if (published?.rolloutState !== 'inProgress') return world;
  const rollout = { enabled: true, percentage: rolloutState === 'complete' ? 100 : 0 };
  return { ...world, published: { ...published, rolloutState, rollout } };
}

function slotOf({ pending, published }: World): Slot {
  if (!published) return { pending };
  const { submissionId, packages, rolloutState = 'notGradual', rollout, health } = published;
  const shown = { state: rolloutState, percentage: rollout?.percentage ?? 0 };
  return { pending, published: onTrack({ submissionId, packages, rollout: shown, automation: health }) };
}

/** What a pass reads in this phase. */
export function look(world: World, { phase, submissionId }: Delivery): Observed {
  if (phase === 'checking') return { kind: 'start', content: { kind: 'good', content }, slot: slotOf(world) };
  if (phase === 'clearing' || phase === 'creating') return { kind: 'slot', slot: slotOf(world) };
  const found = [world.pending, world.published].find((one) => one?.submissionId === submissionId);
  return found ? { kind: 'submission', submission: found } : { kind: 'missing', cause: 'not found' };
}

const failed = { kind: 'failed', cause: 'timed out' } as const;

/** The Store does what it is asked, or what the fault makes of it. */
export function apply(
  world: World,
  delivery: Delivery,
  act: Act,
  fault: Fault,
): { world: World; outcome: Outcome } {
  if (fault === 'lostBefore') return { world, outcome: failed };
  if (fault === 'refused' && act.kind !== 'discard' && act.kind !== 'clear')
    return { world, outcome: { kind: 'refused', cause: 'the Store says no' } };
  const done = perform(world, delivery, act, fault);
  return fault === 'lostAfter' && act.kind !== 'update' ? { ...done, outcome: failed } : done;
}

function perform(
  world: World,
  delivery: Delivery,
  act: Act,
  fault: Fault,
): { world: World; outcome: Outcome } {
  const { pending } = world;
  switch (act.kind) {
    case 'clear': {
      const { kind } = act.clearing;
      const next =
        kind === 'deletePending'
          ? { ...world, pending: undefined }
          : endRollout(world, kind === 'halt' ? 'stopped' : 'complete');
      return { world: next, outcome: { kind: 'cleared', done: fault !== 'partial' } };
    }
    case 'create':
      return create(world, delivery, fault);
    case 'update':
      return update(world, act.plan, fault);
    case 'upload':
      if (fault === 'expired') return { world, outcome: { kind: 'uploadExpired' } };
      if (fault === 'partial')
        return { world, outcome: { kind: 'uploading', uploadedBytes: 1, totalBytes: 9 } };
      return { world, outcome: { kind: 'uploaded', bytes: 9, method: 'copied' } };
    case 'commit':
      return {
        world: alter(world, fault !== 'ignored', { status: 'CommitStarted' }),
        outcome: { kind: 'committed', status: 'CommitStarted' },
      };
    case 'discard':
      if (pending?.submissionId !== delivery.submissionId) return { world, outcome: failed };
      return { world: { ...world, pending: undefined }, outcome: { kind: 'discarded' } };
  }
}

function create(world: World, { creates }: Delivery, fault: Fault): { world: World; outcome: Outcome } {
  const conflict = { ...failed, conflict: true } as const;
  if (world.pending) return { world, outcome: conflict };
  if (fault === 'taken')
    return creates === 1 ? { world: inSlot(world, {}), outcome: conflict } : { world, outcome: failed };
  const next = inSlot(world, {});
  const submissionId = next.pending?.submissionId ?? '';
  return {
    world: { ...next, ours: [...world.ours, submissionId] },
    outcome: { kind: 'created', submissionId },
  };
}

function update(world: World, plan: DraftPlan, fault: Fault): { world: World; outcome: Outcome } {
  if (!world.pending) return { world, outcome: failed };
  const { expected, percentage } = plan;
  const present = world.pending.packages
    .filter(({ id }) => id !== '')
    .map((one) => (expected.removed.includes(one.id) ? { ...one, fileStatus: 'PendingDelete' } : one));
  const added = expected.added.map((fileName) => ({ id: '', fileName, fileStatus: 'PendingUpload' }));
  const pending: SeenSubmission = {
    ...world.pending,
    packages: fault === 'ignored' ? present : [...present, ...added],
    rollout: { enabled: fault !== 'expired', percentage },
    publishMode: 'Immediate',
  };
  const outcome: Outcome = fault === 'lostAfter' ? failed : { kind: 'updated', plan, draft: pending };
  return { world: { ...world, pending }, outcome };
}

const track = (change: Partial<SeenSubmission>, health?: PublishedSubmission['automation']): World => ({
  ours: [],
  made: 0,
  published: { ...submission({ submissionId: otherId, status: 'Published', ...change }), health },
});
const ramps = { rollout: { enabled: true, percentage: 20 }, rolloutState: 'inProgress' } as const;
const health = (kind: Evidence['kind']) =>
  ({ rolloutId: 'r1', phase: 'ramping', paused: false, evidence: [evidence(kind)] }) as const;

/** What a track may hold at first. */
export const beginnings: Record<string, World> = {
  published: track({ rolloutState: 'complete' }),
  neverPublished: { ours: [], made: 0 },
  rampingWell: track(ramps, health('good')),
  rampingUnknown: track(ramps, health('inconclusive')),
  failedBefore: {
    ...track({ rolloutState: 'complete' }),
    pending: submission({ submissionId: ownId, status: 'CertificationFailed' }),
  },
};
