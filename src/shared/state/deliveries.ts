import type { Delivery, DeliveryChange } from '../delivery/delivery.ts';
import { type DeliveryPhase, hasArrived } from '../delivery/vocabulary.ts';
import type { JournalEntry } from '../rollout/journal.ts';
import type { Due, DueIndex } from './due.ts';
import { createJournaledStore } from './journaled.ts';
import type { Kept, Kind } from './kind.ts';
import type { Page, PageRequest } from './pages.ts';
import {
  deliveringKey,
  deliveryJournalPrefix,
  deliveryKeyOfId,
  fromDeliveryRow,
  toDeliveryJournalRow,
  toDeliveryRow,
} from './rows.ts';
import type { Tables } from './tables.ts';

/** A delivery as it was read, with the mark of that version. */
export type StoredDelivery = { readonly delivery: Delivery; readonly etag: string };

export type DeliveryFilter = {
  readonly phase?: DeliveryPhase | undefined;
  readonly applicationId?: string | undefined;
};

/** Deliveries with their journals, in the partition of their application. A track has one under way at a time. */
export interface DeliveryStore {
  get(id: string): Promise<StoredDelivery | undefined>;
  /** @throws TrackBusyError */
  create(change: DeliveryChange): Promise<StoredDelivery>;
  /** @throws LostRaceError */
  save(stored: StoredDelivery, change: DeliveryChange, carried?: Due): Promise<StoredDelivery>;
  /** The one that is under way on a track. */
  underway(track: Pick<Delivery, 'applicationId' | 'flightId'>): Promise<Delivery | undefined>;
  list(filter: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>>;
  /** The newest entries first. */
  journal(id: string, page: PageRequest): Promise<Page<JournalEntry>>;
}

/** When a delivery is due; one that has arrived never is. */
export const deliveryDue = ({ id, nextLookAt, publisher, journalLength }: Delivery): Due | undefined =>
  nextLookAt && { round: 'deliveries', at: nextLookAt, id, version: journalLength, publisher };

const deliveries: Kind<Delivery> = {
  prefix: 'delivery',
  keyOfId: deliveryKeyOfId,
  idOf: ({ id }) => id,
  markOf: deliveringKey,
  toRow: toDeliveryRow,
  fromRow: fromDeliveryRow,
  journalPrefix: deliveryJournalPrefix,
  toJournalRow: toDeliveryJournalRow,
  dueOf: deliveryDue,
  hasEnded: ({ phase }) => hasArrived(phase),
  inIndex: false,
};

const stored = ({ of, etag }: Kept<Delivery>): StoredDelivery => ({ delivery: of, etag });

export function createDeliveryStore({ rollouts: table }: Tables, index: DueIndex): DeliveryStore {
  const store = createJournaledStore(table, index, deliveries);
  return {
    async get(id) {
      const found = await store.get(id);
      return found && stored(found);
    },
    create: async ({ delivery, entries }) => stored(await store.create({ of: delivery, entries })),
    save: async ({ delivery: of, etag }, { delivery, entries }, carried) =>
      stored(await store.save({ of, etag }, { of: delivery, entries }, carried)),
    async underway(track) {
      const id = await store.holder(deliveringKey(track));
      return id === undefined ? undefined : (await store.get(id))?.of;
    },
    list: store.list,
    journal: store.journal,
  };
}
