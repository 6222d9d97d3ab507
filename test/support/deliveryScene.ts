import { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { policyDocument } from './builders.ts';
import { msix } from './packagesOf.ts';
import { openScene, type Scene } from './scene.ts';
import { zipOf } from './zipOf.ts';

/** A submission's page, as the tests read it. */
export const deliveryViewSchema = z.looseObject({
  id: z.string(),
  submissionId: z.string().optional(),
  phase: z.string(),
  ended: z.boolean(),
  sentence: z.string(),
  rolloutPercentage: z.number(),
  upload: z
    .object({ uploadedBytes: z.number(), totalBytes: z.number(), method: z.string().optional() })
    .optional(),
  store: z
    .object({
      status: z.string(),
      errors: z.array(z.object({ code: z.string(), details: z.string() })),
      warnings: z.array(z.object({ code: z.string(), details: z.string() })),
      certificationReports: z.array(z.object({ date: z.string(), reportUrl: z.string() })),
    })
    .optional(),
  problem: z.object({ reason: z.string(), sentence: z.string() }).optional(),
  trouble: z.object({ cause: z.string(), count: z.number() }).optional(),
  rollout: z
    .looseObject({ id: z.string(), phase: z.string(), paused: z.boolean(), percentage: z.number() })
    .optional(),
});
export type DeliveryView = z.output<typeof deliveryViewSchema>;

/** A submission as the simulated Store keeps it. */
const keptSchema = z.object({
  status: z.string(),
  editedInPortal: z.boolean(),
  packages: z.array(z.object({ id: z.string(), fileName: z.string(), fileStatus: z.string() })),
  rollout: z.object({ enabled: z.boolean(), percentage: z.number(), status: z.string() }),
  isMandatoryUpdate: z.boolean(),
  mandatoryUpdateEffectiveDate: z.string(),
  targetPublishMode: z.string(),
  targetPublishDate: z.string(),
  notesForCertification: z.string().optional(),
});
export type KeptSubmission = z.output<typeof keptSchema>;
const keptStateSchema = z.object({ submissions: z.record(z.string(), keptSchema) });

const storyEntrySchema = z.object({
  of: z.enum(['submission', 'rollout']),
  sequence: z.number(),
  kind: z.string(),
  actor: z.string(),
  subject: z.string(),
  sentence: z.string(),
  escalated: z.boolean().optional(),
  evidence: z.array(z.looseObject({ check: z.string(), kind: z.string() })).optional(),
});
export type StoryEntry = z.output<typeof storyEntrySchema>;
const storyPageSchema = z.object({
  items: z.array(storyEntrySchema),
  continuationToken: z.string().optional(),
});

export type Application = {
  readonly applicationId: string;
  readonly flightId: string;
  /** What its packages have to say of themselves. */
  readonly identity: { readonly name: string; readonly publisher: string };
};

/** What tests do with deliveries, on an app that runs. */
export interface Deliveries {
  readonly packages: ReturnType<BlobServiceClient['getContainerClient']>;
  application(): Promise<Application>;
  /** A package of the application, as bytes. */
  msix(of: Application, version: string, architecture?: string): Buffer;
  /** Uploads a ZIP with one package of this version; the name of its blob. */
  putZip(of: Application, version: string, blobName?: string): Promise<string>;
  put(blobName: string, bytes: Buffer): Promise<string>;
  /** Posts a request; what is not given is the plainest. */
  post(request: Record<string, unknown>): Promise<{ status: number; body: unknown }>;
  /** The same, and it must be taken on. */
  order(request: Record<string, unknown>): Promise<DeliveryView>;
  /** The same for the flight of an application, with a ZIP that has one package of this version. */
  ask(of: Application, version: string, change?: object): Promise<DeliveryView>;
  view(id: string): Promise<DeliveryView>;
  /** One message is taken: all passes that are due now. */
  carry(id: string): Promise<DeliveryView>;
  /** Carried on, minute after minute, until it is in one of the phases. */
  until(id: string, ...phases: string[]): Promise<DeliveryView>;
  /** How often the Store was asked for what, by method and last word of the path. */
  asked(): Promise<Record<string, number>>;
  /** A submission as the Store keeps it; none where it was deleted. */
  kept(submissionId: string | undefined): Promise<KeptSubmission | undefined>;
  /** All that the Store keeps, by their ids. */
  keptAll(): Promise<Record<string, KeptSubmission>>;
  /** What the API has changed on a track of the application, in order: `create`, `update` and so on. */
  applied(of: Pick<Application, 'applicationId'>): Promise<string[]>;
  /** The journal's pages, newest entries first, each of this size at most. */
  pages(id: string, pageSize: number): Promise<StoryEntry[][]>;
  /** The whole journal, the oldest entry first. */
  story(id: string): Promise<StoryEntry[]>;
}

/** The whole app with a container of packages; a submission is carried on when a test says so, on a clock of its own. */
export type DeliveryScene = Scene & Deliveries;

export const carriedByTests = { 'AzureWebJobs.advanceSubmission.Disabled': 'true' };
const mostPasses = 600;

export const openDeliveryScene = async (
  settings: Readonly<Record<string, string>> = carriedByTests,
  publishers?: readonly string[],
): Promise<DeliveryScene> => deliveriesOn(await openScene(settings, publishers));

/** Adds to a scene what tests do with deliveries. */
export async function deliveriesOn<Base extends Pick<Scene, 'azurite' | 'api' | 'control' | 'stage'>>(
  scene: Base,
): Promise<Base & Deliveries> {
  const packages = BlobServiceClient.fromConnectionString(scene.azurite.connectionString).getContainerClient(
    'packages',
  );
  await packages.createIfNotExists();
  const { host } = scene.stage;

  const delivery: Deliveries = {
    packages,
    async application() {
      const seeded = await scene.control.seedApplication({
        flights: [{ name: 'Beta', packageVersion: '1.0.0.0' }],
      });
      const { applicationId, identity, flights } = seeded;
      return { applicationId, identity, flightId: flights[0]?.flightId ?? '' };
    },

    msix: ({ identity }, version, architecture = 'x64') => msix({ ...identity, version, architecture }),

    async put(blobName, bytes) {
      await packages.getBlockBlobClient(blobName).uploadData(bytes);
      return blobName;
    },

    putZip: (of, version, blobName = `${of.applicationId}/Notes_${version}.zip`) =>
      delivery.put(blobName, zipOf({ [`Notes_${version}_x64.msix`]: delivery.msix(of, version) })),

    async post(request) {
      const { status, body } = await scene.api.send('POST', 'submissions', {
        policy: policyDocument(),
        ...request,
      });
      return { status, body };
    },

    async order(request) {
      const { status, body } = await delivery.post(request);
      if (status !== 201) throw new Error(`Posting answered ${status}: ${JSON.stringify(body)}`);
      return deliveryViewSchema.parse(body);
    },

    async ask(of, version, change = {}) {
      const { applicationId, flightId } = of;
      const packages = [await delivery.putZip(of, version)];
      return delivery.order({ applicationId, flightId, packages, ...change });
    },

    async view(id) {
      const { status, body } = await scene.api.send('GET', `submissions/${id}`);
      if (status !== 200) throw new Error(`GET answered ${status}: ${JSON.stringify(body)}`);
      return deliveryViewSchema.parse(body);
    },

    async carry(id) {
      await host.run('advanceSubmission', JSON.stringify({ id }));
      return delivery.view(id);
    },

    async until(id, ...phases) {
      for (let pass = 0; pass < mostPasses; pass++) {
        const view = await delivery.carry(id);
        if (phases.includes(view.phase)) return view;
        if (view.ended) throw new Error(`It ended as ${view.phase}: ${view.sentence}`);
        await scene.control.advanceClock(pass < 20 ? 30_000 : 10 * 60_000);
      }
      throw new Error(`It was never ${phases.join(' or ')}: ${(await delivery.view(id)).sentence}`);
    },

    kept: async (submissionId = '') => (await delivery.keptAll())[submissionId],

    keptAll: async () => keptStateSchema.parse(await scene.control.state()).submissions,

    async applied({ applicationId }) {
      const changes = await scene.control.applied();
      return changes.filter(({ track }) => track.applicationId === applicationId).map(({ kind }) => kind);
    },

    async pages(id, pageSize) {
      const pages: StoryEntry[][] = [];
      let token: string | undefined;
      do {
        const query = new URLSearchParams({
          pageSize: String(pageSize),
          ...(token !== undefined && { continuationToken: token }),
        });
        const { body } = await scene.api.send('GET', `submissions/${id}/journal?${query}`);
        const page = storyPageSchema.parse(body);
        pages.push(page.items);
        token = page.continuationToken;
      } while (token !== undefined);
      return pages;
    },

    story: async (id) => (await delivery.pages(id, 200)).flat().reverse(),

    async asked() {
      const requests = await scene.control.requests();
      const words = requests
        .filter(({ status }) => status !== undefined && status < 300)
        .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '').split('/').at(-1)}`)
        .map((word) => word.replace(/\d{10,}/, 'submission'));
      return Object.fromEntries(
        [...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]),
      );
    },
  };
  return { ...scene, ...delivery };
}
