import type { Content, Delivery, Expected } from '../../../src/shared/delivery/delivery.ts';
import { newDelivery } from '../../../src/shared/delivery/delivery.ts';
import type {
  Observed,
  PublishedSubmission,
  SeenPackage,
  SeenSubmission,
  Slot,
} from '../../../src/shared/delivery/observed.ts';
import { type Ask, askSchema } from '../../../src/shared/delivery/request.ts';
import type { DeliveryPhase } from '../../../src/shared/delivery/vocabulary.ts';
import type { JournalEntry } from '../../../src/shared/rollout/journal.ts';
import { applicationId, at, flightId, policy, submissionId } from '../../support/builders.ts';

/** Values for tests of the core of deliveries: what a test does not care about is as it should be. */

export const minute = 60_000;
export const ownId = submissionId;
export const otherId = '1152921504621000001';

export const kept: SeenPackage = { id: '2001', fileName: 'Notes_1.msix', fileStatus: 'Uploaded' };
export const awaited: SeenPackage = { id: '', fileName: 'Notes_2.msix', fileStatus: 'PendingUpload' };
export const processed: SeenPackage = { id: '2002', fileName: 'Notes_2.msix', fileStatus: 'Uploaded' };

export const content: Content = {
  kind: 'archive',
  blobs: [{ name: 'in/Notes.zip', etag: '"1"', bytes: 900 }],
  files: [{ fileName: 'Notes_2.msix', bytes: 800 }],
};
export const expected: Expected = {
  kept: [{ id: '2001', fileName: 'Notes_1.msix' }],
  removed: [],
  added: ['Notes_2.msix'],
};
export const ask = (change: Partial<Ask> = {}): Ask => ({
  ...askSchema.parse({ packages: ['in/Notes.zip'] }),
  ...change,
});

const withDraft: readonly DeliveryPhase[] = [
  ...(['updating', 'uploading', 'renewing', 'committing', 'discarding'] as const),
  ...(['awaitingPublication', 'failing'] as const),
];
const afterUpdate: readonly DeliveryPhase[] = withDraft.filter((phase) => phase !== 'updating');

export const wish = (change: Partial<Ask> = {}) => ({
  requestId: 'build-7',
  publisher: 'contoso',
  applicationId,
  flightId,
  policy: policy(),
  ask: ask(change),
  versions: ['v1'],
});

/** A delivery in this phase on a flight that has published before, with all that the phases before have brought. */
export function delivery(phase: DeliveryPhase, change: Partial<Delivery> = {}): Delivery {
  return {
    ...newDelivery(wish(), at(0)),
    phase,
    ...(phase !== 'checking' && { content }),
    ...(withDraft.includes(phase) && { submissionId: ownId, creates: 1 }),
    ...(afterUpdate.includes(phase) && { expected }),
    ...change,
  };
}

/** On a flight whose only submission this is. */
export const onlyOfFlight = { firstOfTrack: true } as const;
/** The track of production has no flight. */
export const onProduction = ({ flightId: _, ...rest }: Delivery): Delivery => rest;
export const ops = { actor: 'person', by: 'ops' } as const;
export const cancelledBy = { ...ops, reason: 'a wrong build.', at: at(0) } as const;
export const problem = { reason: 'refused', sentence: 'The Store said no.', since: at(0) } as const;

/** A submission with nothing in it but what every one has. */
export const submission = (change: Partial<SeenSubmission> = {}): SeenSubmission => ({
  submissionId: ownId,
  status: 'PendingCommit',
  errors: [],
  warnings: [],
  certificationReports: [],
  packages: [kept],
  rollout: { enabled: false, percentage: 0 },
  publishMode: 'Immediate',
  publishDate: undefined,
  mandatory: undefined,
  notes: undefined,
  madeByApi: true,
  ...change,
});

/** The draft after its update, exactly as asked. */
export const draft = (change: Partial<SeenSubmission> = {}): SeenSubmission =>
  submission({ packages: [kept, awaited], rollout: { enabled: true, percentage: 5 }, ...change });

/** The submission after the Store has processed its packages, exactly as asked. */
export const taken = (status: string, change: Partial<SeenSubmission> = {}): SeenSubmission =>
  draft({ status, packages: [kept, processed], ...change });

export const published = (
  rolloutState: SeenSubmission['rolloutState'] = 'inProgress',
  change: Partial<SeenSubmission> = {},
): SeenSubmission => taken('Published', { rolloutState, ...change });

export const seen = (one: SeenSubmission): Observed => ({ kind: 'submission', submission: one });
export const slot = (of: Slot = {}): Observed => ({ kind: 'slot', slot: of });
export const start = (of: Slot = {}): Observed => ({
  kind: 'start',
  content: { kind: 'good', content },
  slot: of,
});

/** What the track publishes, with its rollout finalized if nothing else is said. */
export const onTrack = (change: Partial<PublishedSubmission> = {}): PublishedSubmission => ({
  submissionId: otherId,
  rollout: { state: 'complete', percentage: 100 },
  packages: [kept],
  ...change,
});

export const lines = (entries: readonly JournalEntry[]): string[] =>
  entries.map(({ kind, subject, escalated }) => `${kind} ${subject}${escalated ? '!' : ''}`);
