import { type Counts, countOf } from './cost.ts';
import { type Asked, type HaltWay, haltWays, startHaltStage, type WatchedStorage } from './haltStage.ts';
import { median, type Ratio, ratioOf } from './ratio.ts';
import { roundTrips } from './roundTrips.ts';
import type { TimedExchange } from './timedProxy.ts';
import { classify, type Exchange } from './transaction.ts';

/** What a halt asked of the storage before the Store was asked to halt. */
export type HaltRequests = {
  /** How many of these requests waited for one another. */
  readonly roundTrips: number;
  /** All that were sent by then, as `get Rollouts`; those at its end need not be waited for. */
  readonly requests: Counts;
};

export type HaltTime = {
  /** From the caller's first byte to the Store's receipt of the halt, in milliseconds; the median. */
  readonly ms: number;
  /** The same of a bare POST to the Store's address. */
  readonly bareMs: number;
  /** Pair by pair. */
  readonly ratio: Ratio;
};

export type HaltCost = {
  readonly pairs: number;
  readonly ways: Readonly<Record<HaltWay, HaltTime & HaltRequests>>;
};

/** Every way in turn, each halt after a bare POST. The host is warm: it has halted before, so it has its token. */
export async function measureHaltPath({ pairs = 25, warmUps = 3 } = {}): Promise<HaltCost> {
  const counted = await countHaltRequests();
  await using stage = await startHaltStage();
  const ids = await stage.ramp((warmUps + pairs) * haltWays.length);
  const timed = new Map<HaltWay, (readonly [number, number])[]>(haltWays.map((way) => [way, []]));
  for (const [index, id] of ids.entries()) {
    const way = haltWays[index % haltWays.length] ?? 'person';
    const bare = lasted(await stage.barePost());
    timed.get(way)?.push([lasted(await stage.halt(way, id)), bare]);
  }
  const costOf = (way: HaltWay): HaltTime & HaltRequests => {
    const measured = timed.get(way)?.slice(warmUps) ?? [];
    return {
      ms: median(measured.map(([ms]) => ms)),
      bareMs: median(measured.map(([, bare]) => bare)),
      ratio: ratioOf(measured),
      ...counted[way],
    };
  };
  const ways = {
    alertByLabels: costOf('alertByLabels'),
    alertByUrl: costOf('alertByUrl'),
    person: costOf('person'),
  };
  return { pairs, ways };
}

const lasted = ({ startedAt, storeAskedAt }: Asked): number => storeAskedAt - startedAt;

/** Longer than the host needs to send all that it sends at once, and short enough to wait for. */
const storageDelayMs = 250;

/** What each way asks of the storage, on a storage so slow that what is asked at once overlaps for certain. */
export async function countHaltRequests(): Promise<Readonly<Record<HaltWay, HaltRequests>>> {
  await using stage = await startHaltStage(storageDelayMs);
  const { watched } = stage;
  if (!watched) throw new TypeError('The storage is not watched.');
  const [warmUp = '', ...ids] = await stage.ramp(1 + haltWays.length);
  await stage.halt('person', warmUp);
  const count = async (way: HaltWay): Promise<HaltRequests> =>
    requestsOf(watched, await stage.halt(way, ids[haltWays.indexOf(way)] ?? ''));
  return {
    alertByLabels: await count('alertByLabels'),
    alertByUrl: await count('alertByUrl'),
    person: await count('person'),
  };
}

function requestsOf({ table, queue }: WatchedStorage, { startedAt, storeAskedAt }: Asked): HaltRequests {
  const all = [
    ...table.exchanges().map((exchange) => named('table', exchange)),
    ...queue.exchanges().map((exchange) => named('queue', exchange)),
  ];
  const own = all.filter(({ from, isOwn }) => isOwn && from >= startedAt && from < storeAskedAt);
  return {
    // What has no answer by then was not waited for.
    roundTrips: roundTrips(own.filter(({ to }) => to <= storeAskedAt)),
    requests: countOf(own.map(({ name }) => name)),
  };
}

function named(service: Exchange['service'], { method, url, from, to, ...bodies }: TimedExchange) {
  const { kind, name } = classify({ service, method, target: url, conditional: false, ...bodies });
  // The platform's own looks into queues come and go by themselves.
  const isOwn = service === 'table' || kind === 'put';
  return { name: `${kind} ${name.replace(/^rampart(?=[A-Z])/, '')}`, isOwn, from, to };
}
