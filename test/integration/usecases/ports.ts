import { StoreNotFoundError } from '../../../src/shared/msstore/errors.ts';
import type { PackageRollout, Submission, SubmissionProgress } from '../../../src/shared/msstore/model.ts';
import type { Store, StoreProbe, SubmissionWriter } from '../../../src/shared/msstore/port.ts';
import { createPackageContainer } from '../../../src/shared/packages/container.ts';
import type { Log } from '../../../src/shared/platform/log.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import type { MessageQueue } from '../../../src/shared/queues/queue.ts';
import { createAlertStore } from '../../../src/shared/state/alerts.ts';
import { createOutbox } from '../../../src/shared/state/outbox.ts';
import { createUsedLinks } from '../../../src/shared/state/usedLinks.ts';
import { UploadRoom } from '../../../src/shared/usecases/delivery/uploadRoom.ts';
import type { Ports } from '../../../src/shared/usecases/ports.ts';
import { applicationId, at, flightId, policy, submissionId } from '../../support/builders.ts';
import { openState, type State } from '../../support/state.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';

/** Use cases with the real state, and a Store of which a test says the answers it needs. */

export type StubStore = Store & StoreProbe & SubmissionWriter;

const notAsked = () =>
  Promise.reject(new StoreNotFoundError('it is not asked for here', { operation: 'probe' }));

export const rolloutShown = (status: string, percentage = 5): PackageRollout => ({
  enabled: true,
  percentage,
  status: `PackageRollout${status}`,
  fallbackSubmissionId: undefined,
});

export const submissionAt = (status: string, change: Partial<Submission> = {}): Submission => ({
  ref: { track: { kind: 'flight', applicationId, flightId }, submissionId },
  ...{ status, errors: [], warnings: [], certificationReports: [] },
  packages: [],
  packageRollout: rolloutShown('NotStarted'),
  ...{ targetPublishMode: 'Immediate', targetPublishDate: undefined },
  ...{ mandatoryUpdate: undefined, notesForCertification: undefined, canUpload: true },
  ...change,
});

export const progressAt = (status: string): SubmissionProgress => ({
  status,
  errors: [],
  warnings: [],
  certificationReports: [],
});

/** What a published submission in a gradual rollout is asked for. */
export const ramps: Partial<StubStore> = {
  getTrack: async () => ({ lastPublishedSubmissionId: submissionId, pendingSubmissionId: undefined }),
  getSubmission: async () => submissionAt('Published'),
  getSubmissionStatus: async () => progressAt('Published'),
  getPackageRollout: async () => rolloutShown('InProgress'),
};

/** A queue that keeps what it was given, and fails when told to. */
export type RecordingQueue = MessageQueue & {
  readonly sent: { readonly message: unknown; readonly delayMs: number }[];
  failure: Error | undefined;
};

function recordingQueue(): RecordingQueue {
  const queue: RecordingQueue = {
    sent: [],
    failure: undefined,
    async send(message, delayMs) {
      if (queue.failure) throw queue.failure;
      queue.sent.push({ message, delayMs });
    },
  };
  return queue;
}

export type StubPorts = Ports & {
  readonly state: State;
  /** Set to move the time. */
  readonly clock: { time: Date };
  readonly halts: RecordingQueue;
  /** Set to change the Store's answers. */
  readonly store: { answers: Partial<StubStore> };
};

export async function stubPorts(answers: Partial<StubStore> = ramps): Promise<StubPorts> {
  const state = await openState();
  const clock = { time: at(0), now: () => clock.time };
  const store = { answers };
  const stub = (): StubStore => ({
    getTrack: notAsked,
    getPackageRollout: notAsked,
    getSubmission: notAsked,
    getSubmissionStatus: notAsked,
    updateRolloutPercentage: notAsked,
    haltPackageRollout: notAsked,
    finalizePackageRollout: notAsked,
    probe: notAsked,
    getApplication: notAsked,
    listFlights: notAsked,
    getFlight: notAsked,
    createSubmission: notAsked,
    updateSubmission: notAsked,
    uploadPackages: notAsked,
    commitSubmission: notAsked,
    deleteSubmission: notAsked,
    ...store.answers,
  });
  return {
    ...state,
    alerts: createAlertStore(state.tables),
    state,
    clock,
    runtime: realRuntime,
    halts: recordingQueue(),
    store,
    packages: createPackageContainer({ kind: 'connectionString', connectionString: '' }, 'packages'),
    uploads: new UploadRoom(1),
    telemetry: () => ({
      pushed: async () => ({ kind: 'samples', samples: [] }),
      storeAnalytics: async () => ({ kind: 'samples', samples: [] }),
    }),
    publishers: {
      names: ['contoso'],
      storeOf: stub,
      submissionStoreOf: stub,
      budgetOf: () => unlimitedBudget,
    },
    policies: new Map([['mine', policy()]]),
    notifications: {
      channels: new Map(),
      outbox: createOutbox(state.tables),
      queue: recordingQueue(),
      post: notAsked,
      links: undefined,
      usedLinks: createUsedLinks(state.tables),
    },
  };
}

/** A log whose lines can be read. */
export function lines(): Log & { readonly infos: string[]; readonly errors: string[] } {
  const [infos, errors]: [string[], string[]] = [[], []];
  return {
    infos,
    errors,
    info: (line) => void infos.push(line),
    error: (line) => void errors.push(line),
  };
}
