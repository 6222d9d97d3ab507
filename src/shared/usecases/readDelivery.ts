import type { Delivery } from '../delivery/delivery.ts';
import type { JournalEntry } from '../rollout/journal.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliveryFilter } from '../state/deliveries.ts';
import type { Page, PageRequest } from '../state/journaled.ts';
import { NoSuchDeliveryError } from './errors.ts';
import type { Ports } from './ports.ts';

/** A delivery, and the rollout that it was handed over to: to people they are one thing. */
export type Story = { readonly delivery: Delivery; readonly rollout: Rollout | undefined };

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
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<Story>> {
  const { items, continuationToken } = await ports.deliveries.list(filter, page);
  return {
    items: await Promise.all(items.map((delivery) => withRollout(ports, delivery))),
    continuationToken,
  };
}

export type StoryEntry = { readonly of: 'submission' | 'rollout'; readonly entry: JournalEntry };

/**
 * The journals of both, the newest first: the rollout begins where the delivery ends, so its entries come before.
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
  return { items, continuationToken: page.continuationToken ?? ofDelivery };
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
