import type { Delivery } from '../../delivery/delivery.ts';
import { type DeliveryPhase, deliveryPhases } from '../../delivery/vocabulary.ts';
import type { JournalEntry } from '../../rollout/journal.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { type Phase, phases } from '../../rollout/vocabulary.ts';
import type { Page, PageRequest } from '../../state/pages.ts';
import { NoSuchDeliveryError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** A delivery, and the rollout that it was handed over to: to people they are one thing. */
export type Story = { readonly delivery: Delivery; readonly rollout: Rollout | undefined };

export type ShownPhase = DeliveryPhase | Phase;
export type StoryFilter = {
  readonly phase?: ShownPhase | undefined;
  readonly applicationId?: string | undefined;
};

/** @throws NoSuchDeliveryError */
export async function readDelivery(ports: Ports, id: string): Promise<Story> {
  const stored = await ports.deliveries.get(id);
  if (!stored) throw new NoSuchDeliveryError(id);
  return withRollout(ports, stored.delivery);
}

async function withRollout({ rollouts }: Ports, delivery: Delivery): Promise<Story> {
  const { rolloutId } = delivery;
  const rollout = rolloutId === undefined ? undefined : (await rollouts.get(rolloutId))?.rollout;
  return { delivery, rollout };
}

export async function listDeliveries(
  ports: Ports,
  filter: StoryFilter,
  page: PageRequest,
): Promise<Page<Story>> {
  const { phase, applicationId } = filter;
  const stored = await ports.deliveries.list({ applicationId, phase: storedPhase(phase) }, page);
  const stories = await Promise.all(stored.items.map((delivery) => withRollout(ports, delivery)));
  return {
    items: stories.filter((story) => phase === undefined || shownPhase(story) === phase),
    continuationToken: stored.continuationToken,
  };
}

/** After the hand-over, where the rollout stands is where all of it stands. */
const shownPhase = ({ delivery, rollout }: Story): ShownPhase =>
  delivery.phase === 'handedOver' && rollout ? rollout.phase : delivery.phase;

const isIn = <Of extends string>(all: readonly Of[], phase: string): phase is Of =>
  all.some((one) => one === phase);

/** What the rows can be asked for; a phase that both have is told apart after they were read. */
function storedPhase(phase: ShownPhase | undefined): DeliveryPhase | undefined {
  if (phase === undefined) return undefined;
  if (!isIn(deliveryPhases, phase)) return 'handedOver';
  return isIn(phases, phase) ? undefined : phase;
}

export type StoryEntry = { readonly of: 'submission' | 'rollout'; readonly entry: JournalEntry };

/**
 * The journals of both, the newest first: the rollout begins where the delivery ends, so its entries come before, and a
 * page that has room after them goes on with those of the delivery.
 *
 * @throws NoSuchDeliveryError
 */
export async function readStory(ports: Ports, id: string, request: PageRequest): Promise<Page<StoryEntry>> {
  const { rolloutId } = (await readDelivery(ports, id)).delivery;
  const { size, continuationToken: token } = request;
  const inRollout = rolloutId !== undefined && !token?.startsWith(ofDelivery);
  if (!inRollout) return deliveryPage(ports, id, size, token);
  const page = await ports.rollouts.journal(rolloutId, { size, continuationToken: token });
  const items = page.items.map((entry) => ({ of: 'rollout', entry }) as const);
  const room = size - items.length;
  if (page.continuationToken !== undefined || room <= 0)
    return { items, continuationToken: page.continuationToken ?? ofDelivery };
  const older = await deliveryPage(ports, id, room, undefined);
  return { items: [...items, ...older.items], continuationToken: older.continuationToken };
}

/** Marks a token of the second half. */
const ofDelivery = 'submission:';

async function deliveryPage(
  ports: Ports,
  id: string,
  size: number,
  token: string | undefined,
): Promise<Page<StoryEntry>> {
  const own = token?.startsWith(ofDelivery) ? token.slice(ofDelivery.length) : token;
  const page = await ports.deliveries.journal(id, { size, continuationToken: own === '' ? undefined : own });
  const items = page.items.map((entry) => ({ of: 'submission', entry }) as const);
  const { continuationToken } = page;
  return {
    items,
    continuationToken: continuationToken === undefined ? undefined : `${ofDelivery}${continuationToken}`,
  };
}
