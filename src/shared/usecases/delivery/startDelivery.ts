import { createHash } from 'node:crypto';
import {
  type Delivery,
  deliveryId,
  type NewDelivery,
  newDelivery,
  sameRequest,
  withEntries,
} from '../../delivery/delivery.ts';
import type { Ask, DeliveryRequest } from '../../delivery/request.ts';
import type { PackageBlob } from '../../packages/container.ts';
import { PackageStorageError } from '../../packages/errors.ts';
import type { Log } from '../../platform/log.ts';
import { type Who, whoOf } from '../../rollout/vocabulary.ts';
import { TrackBusyError } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import { InvalidInputError } from '../../text/mistakes.ts';
import { ConflictError, UnavailableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { policyOf, publisherOf } from '../rollout/startRollout.ts';
import { versionOf } from './examinePackages.ts';

/**
 * Takes on a request. The same request twice is one delivery: it is known by its request id, or, without one, by the
 * track and the packages in the version that lies in the container now.
 *
 * @throws UnknownPublisherError, InvalidInputError, ConflictError, UnavailableError; in each case nothing was started
 */
export async function startDelivery(
  ports: Ports,
  request: DeliveryRequest,
  who: Who,
  log: Log,
): Promise<{ delivery: Delivery; created: boolean }> {
  const wish = await wishOf(ports, request);
  const existing = await ports.deliveries.get(deliveryId(wish));
  if (existing) return { delivery: sameOrConflict(existing.delivery, wish), created: false };
  if (wish.missing.length > 0) throw missingBlobs(wish.missing, request.packages);
  const now = ports.clock.now();
  const { missing: _, ...asked } = wish;
  const delivery = newDelivery(asked, now);
  const sentence = `Asked for under the policy "${wish.policy.name}": ${wish.ask.packages.join(', ')}.`;
  const remark = { kind: 'command', ...whoOf(who), subject: 'submit', sentence } as const;
  try {
    const created = await ports.deliveries.create(withEntries(delivery, [remark], now));
    log.info(`${delivery.id}: ${sentence}`);
    return { delivery: created.delivery, created: true };
  } catch (error) {
    if (error instanceof TrackBusyError) return meetActive(ports, error, wish);
    throw error;
  }
}

/** A wish with the blobs that are not in the container. */
type Wish = NewDelivery & { readonly missing: readonly string[] };

async function wishOf(ports: Ports, request: DeliveryRequest): Promise<Wish> {
  const { applicationId, flightId, policy, policyName = '', packages } = request;
  const publisher = publisherOf(ports, request.publisher);
  const named = policyOf(ports, policy ?? { policyName });
  const blobs = await statAll(ports, packages);
  const missing = packages.filter((_, index) => blobs[index] === undefined);
  const versions = blobs.map(versionOf);
  const requestId = request.requestId ?? digestOf(packages, versions);
  return {
    requestId,
    publisher,
    applicationId,
    flightId,
    policy: named,
    ask: askOf(request),
    versions,
    missing,
  };
}

const askOf = (request: DeliveryRequest): Ask => ({
  packages: request.packages,
  existingPackages: request.existingPackages,
  publishMode: request.publishMode,
  onPendingSubmission: request.onPendingSubmission,
  ...(request.mandatoryUpdate && { mandatoryUpdate: request.mandatoryUpdate }),
  ...(request.notesForCertification !== undefined && {
    notesForCertification: request.notesForCertification,
  }),
});

const digestOf = (names: readonly string[], versions: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([names, versions]))
    .digest('hex')
    .slice(0, 32);

const statTimeoutMs = 20_000;

async function statAll(
  { packages, runtime }: Ports,
  names: readonly string[],
): Promise<(PackageBlob | undefined)[]> {
  try {
    return await Promise.all(names.map((name) => packages.stat(name, runtime.timeout(statTimeoutMs))));
  } catch (error) {
    if (!(error instanceof PackageStorageError)) throw error;
    throw new UnavailableError(
      `The container of the packages cannot be read: ${causeOf(error)}. Nothing was started.`,
      30_000,
      { cause: error },
    );
  }
}

/** A blob that is not there is told of now, while somebody listens. */
const missingBlobs = (missing: readonly string[], names: readonly string[]): InvalidInputError =>
  new InvalidInputError(
    `There is no blob ${missing.map((name) => JSON.stringify(name)).join(', ')} in the container. Upload it first.`,
    missing.map((name) => ({ path: `packages[${names.indexOf(name)}]`, message: 'is not in the container' })),
  );

/** Blobs that have gone since say nothing against a request that was taken on. */
function sameOrConflict(existing: Delivery, wish: Wish): Delivery {
  const sameBlobs = wish.missing.length > 0 || wish.versions.join('\n') === existing.versions.join('\n');
  if (sameBlobs && sameRequest(existing, wish)) return existing;
  throw new ConflictError(
    `The request ${wish.requestId} exists already on this track and asks for ${sameBlobs ? 'something else' : 'other packages'}. Give this one a requestId of its own.`,
  );
}

/** Somebody was faster: with this very request, or with another one for the same track. */
async function meetActive(
  ports: Ports,
  busy: TrackBusyError,
  wish: Wish,
): Promise<{ delivery: Delivery; created: boolean }> {
  const same = busy.activeId === deliveryId(wish) ? await ports.deliveries.get(busy.activeId) : undefined;
  if (same) return { delivery: sameOrConflict(same.delivery, wish), created: false };
  throw new ConflictError(
    `Another submission is on its way on this track already: ${busy.activeId}. Wait for it, or cancel it.`,
  );
}
