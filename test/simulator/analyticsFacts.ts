import type { Row } from './analyticsFilter.ts';
import { binomial, distinct, hash } from './draws.ts';
import { devicesOfDay, hourMs, hoursOf, type World, type WorldHour } from './world.ts';

/** What the world did, broken down as finely as the reports show it, and as far as the Store's sample saw it. */

export type Fact = { readonly at: number; readonly row: Row };

const dayMs = 24 * hourMs;

/** The Store sees a sample of what happens and scales it up, which is why its counts are not whole. */
const sampleShare = 0.95;

const markets = [
  { market: 'US', share: 0.6 },
  { market: 'DE', share: 0.4 },
];

type Span = { readonly from: number; readonly to: number; readonly sampled: boolean };

/** Crashes and hangs per hour, version, market and failure. */
export function failureFacts(world: World, { from, to, sampled }: Span): Fact[] {
  return hoursOf(world, from, to).flatMap((hour) =>
    eventTypes.flatMap((eventType) =>
      failuresOf(world, hour, eventType).flatMap(({ failure, count }) =>
        byMarket(world, hour, `${eventType}/${failure}`, count).flatMap(({ market, events }) => {
          const row = { ...failureRow(hour, eventType, failure), market };
          const seen = sampled
            ? estimate(events, world.key, hour.start, hour.version, market, failure)
            : events;
          return seen === 0 ? [] : [counted(hour, row, events, seen)];
        }),
      ),
    ),
  );
}

const counted = (hour: WorldHour, row: Row, events: number, eventCount: number): Fact => ({
  at: Date.parse(hour.start),
  row: { ...row, deviceCount: distinct(events, hour.devices), eventCount },
});

const eventTypes = ['crash', 'hang'] as const;
type EventType = (typeof eventTypes)[number];

/** What a build crashes with beyond the usual has a signature of its own. */
function failuresOf(world: World, hour: WorldHour, eventType: EventType) {
  if (eventType === 'hang') return [{ failure: 'APPLICATION_HANG_cfffffff', count: hour.hangs }];
  const { crashRate, crashRates } = world.builds;
  const own = crashRates[hour.version] ?? crashRate;
  const usual = own <= crashRate ? 1 : crashRate / own;
  const known = binomial(hour.crashes, usual, world.key, hour.version, hour.start, 'known');
  return [
    { failure: 'NULL_CLASS_PTR_READ_c0000005', count: known },
    {
      failure: `STOWED_EXCEPTION_${hash(world.key, hour.version).toString(16)}`,
      count: hour.crashes - known,
    },
  ];
}

function byMarket(world: World, hour: WorldHour, what: string, count: number) {
  let left = count;
  let shareLeft = 1;
  return markets.map(({ market, share }) => {
    const events = binomial(left, share / shareLeft, world.key, hour.version, hour.start, what, market);
    left -= events;
    shareLeft -= share;
    return { market, events };
  });
}

const estimate = (count: number, ...parts: string[]): number =>
  binomial(count, sampleShare, ...parts, 'sample') / sampleShare;

const failureRow = (hour: WorldHour, eventType: EventType, failure: string) => ({
  failureName: failure,
  failureHash: failureHash(failure),
  symbol: `${failure.toLowerCase()}.dll!unknown`,
  osVersion: '10.0.26100',
  osRelease: 'Windows 11',
  osArchitecture: null,
  eventType,
  deviceType: 'PC',
  packageVersion: hour.version,
  sandboxId: null,
});

function failureHash(failure: string): string {
  const digits = [0, 1, 2, 3]
    .map((at) => hash('failure', failure, at).toString(16).padStart(8, '0'))
    .join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Sessions and devices per day, version and market, for days that end before `to`. Times are those of analytics. */
export function usageFacts(world: World, span: Span & { readonly offset: number }): Fact[] {
  const first = Math.ceil(span.from / dayMs);
  const count = Math.max(0, Math.floor(span.to / dayMs) - first);
  return Array.from({ length: count }, (_, index) => dayFacts(world, first + index, span)).flat();
}

function dayFacts(
  world: World,
  day: number,
  { offset, sampled }: Span & { readonly offset: number },
): Fact[] {
  const hours = hoursOf(world, day * dayMs - offset, (day + 1) * dayMs - offset);
  const devices = devicesOfDay(world, day);
  return [...Map.groupBy(hours, ({ version }) => version)].flatMap(([version, ofVersion]) => {
    const sessions = ofVersion.reduce((sum, hour) => sum + hour.sessions, 0);
    return markets.map(({ market, share }) => {
      const scale = (count: number, what: string) => {
        const whole = Math.round(count * share);
        return sampled ? estimate(whole, world.key, String(day), version, market, what) : whole;
      };
      const active = scale(devices.get(version) ?? 0, 'devices');
      const row = usageRow(version, market, scale(sessions, 'sessions'), active);
      return { at: day * dayMs, row };
    });
  });
}

const usageRow = (packageVersion: string, market: string, sessions: number, devices: number): Row => ({
  subscriptionName: 'null',
  deviceType: 'PC',
  packageVersion,
  market,
  dailySessionCount: sessions,
  engagementDurationMinutes: sessions * 7,
  dailyActiveUsers: devices,
  dailyActiveDevices: devices,
  dailyNewUsers: 0,
});
