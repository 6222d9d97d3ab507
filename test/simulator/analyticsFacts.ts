import type { Row } from './analyticsFilter.ts';
import { binomial, distinct } from './draws.ts';
import { type Failure, failuresOf } from './failures.ts';
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
  const failuresIn = failuresOf(world);
  return hoursOf(world, from, to).flatMap((hour) =>
    failuresIn(hour).flatMap(({ failure, count }) =>
      byMarket(world, hour, failure, count).flatMap(({ market, events }) => {
        const row = { ...failureRow(hour, failure), market };
        const seen = sampled
          ? estimate(events, world.key, hour.start, hour.version, market, failure.name)
          : events;
        return seen === 0 ? [] : [counted(hour, row, events, seen)];
      }),
    ),
  );
}

const counted = (hour: WorldHour, row: Row, events: number, eventCount: number): Fact => ({
  at: Date.parse(hour.start),
  row: { ...row, deviceCount: distinct(events, hour.devices), eventCount },
});

function byMarket(world: World, hour: WorldHour, { eventType, name }: Failure, count: number) {
  const what = `${eventType}/${name}`;
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

const failureRow = (hour: WorldHour, { eventType, name, hash }: Failure) => ({
  failureName: name,
  failureHash: hash,
  symbol: `${name.toLowerCase()}.dll!unknown`,
  osVersion: '10.0.26100',
  osRelease: 'Windows 11',
  osArchitecture: null,
  eventType,
  deviceType: 'PC',
  packageVersion: hour.version,
  sandboxId: null,
});

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
