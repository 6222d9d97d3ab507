import { failureFacts, usageFacts } from './analyticsFacts.ts';
import type { Row } from './analyticsFilter.ts';
import { type Level, parseQuery, type Query, type Report } from './analyticsQuery.ts';
import { requireApplication, tracksOf } from './lookups.ts';
import type { Application, State } from './state.ts';
import { hourMs, type World, worldOf } from './world.ts';

/** The two reports that can serve as health telemetry: crashes by version, and how much each version is used. */

const dayMs = 24 * hourMs;

const failureReport: Report = {
  name: 'failurehits',
  fields: [
    ...['date', 'applicationName', 'failureName', 'failureHash', 'symbol', 'osVersion', 'osRelease'],
    ...['eventType', 'market', 'deviceType', 'packageName', 'packageVersion'],
  ],
  dimensions: [
    ...['failureName', 'failureHash', 'symbol', 'osVersion', 'eventType', 'market', 'deviceType'],
    ...['packageName', 'packageVersion'],
  ],
  levels: ['hour', 'day', 'week', 'month'],
};

const usageDimensions = ['subscriptionName', 'deviceType', 'packageVersion', 'market'];
const usageReport: Report = {
  name: 'usagedaily',
  fields: ['date', 'applicationName', ...usageDimensions],
  dimensions: ['date', 'applicationName', ...usageDimensions],
  levels: ['day'],
};

/** Crashes and hangs: the last 30 days, or 72 hours by the hour, as far as they have arrived. */
export function failureHits(state: State, params: URLSearchParams, now: number) {
  const { toggles } = state;
  const offset = toggles.hourOffset * hourMs;
  const query = parseQuery(failureReport, params, now + offset);
  const application = requireApplication(state, query.applicationId);
  const window = query.level === 'hour' ? 72 * hourMs : 30 * dayMs;
  const from = Math.max(query.start - offset, now - window);
  const to = Math.min(query.end - offset, now - toggles.failureHitsLagHours * hourMs);
  const facts = worldsOf(state, application).flatMap((world) =>
    failureFacts(world, { from, to, sampled: toggles.fractionalCounts }),
  );
  const rows = facts.map(({ at, row }) => ({
    date: dateOf(at + offset, query.level),
    applicationId: application.id,
    applicationName: application.primaryName,
    ...row,
    packageName: `${application.packageIdentityName}_${String(row.packageVersion)}_x64__8wekyb3d8bbwe`,
  }));
  const kept = query.groupBy.length > 0 ? query.groupBy : failureReport.fields;
  const keys = ['date', 'applicationId', 'applicationName', ...kept];
  return answer(
    failureReport,
    query,
    params,
    grouped(rows.filter(query.filter), keys, ['deviceCount', 'eventCount']),
  );
}

/** Sessions and devices by day, once the day is over and has arrived: the last 90 days. */
export function usageDaily(state: State, params: URLSearchParams, now: number) {
  const { toggles } = state;
  const offset = toggles.hourOffset * hourMs;
  const query = parseQuery(usageReport, params, now + offset);
  const application = requireApplication(state, query.applicationId);
  const from = Math.max(query.start, now + offset - 90 * dayMs);
  const to = Math.min(query.end, now + offset - toggles.usageLagHours * hourMs);
  const facts = worldsOf(state, application).flatMap((world) =>
    usageFacts(world, { from, to, offset, sampled: toggles.fractionalCounts }),
  );
  const rows = facts.map(({ at, row }) => ({
    date: dateOf(at, 'day'),
    applicationId: application.id,
    applicationName: application.primaryName,
    ...row,
  }));
  const shown = rows.filter(query.filter).map((row) => withAll(row, query.groupBy));
  const keys = ['date', 'applicationId', 'applicationName', ...usageDimensions];
  const counts = ['dailySessionCount', 'engagementDurationMinutes', 'dailyActiveUsers', 'dailyActiveDevices'];
  return answer(usageReport, query, params, grouped(shown, keys, [...counts, 'dailyNewUsers']));
}

/** No report tells flights from production: they are attributed by package version only. */
const worldsOf = (state: State, application: Application): World[] =>
  tracksOf(state, application.id)
    .filter(({ ref }) => ref.flightId === undefined || state.toggles.flightsInAnalytics)
    .map(({ ref }) => worldOf(state, ref));

/** The beginning of the hour, day, week (Sunday) or month that a time belongs to. */
function dateOf(at: number, level: Level): string {
  const day = new Date(at - (at % dayMs));
  switch (level) {
    case 'hour':
      return new Date(at - (at % hourMs)).toISOString().slice(0, 19).replace('T', ' ');
    case 'day':
      return day.toISOString().slice(0, 10);
    case 'week':
      return new Date(day.getTime() - day.getUTCDay() * dayMs).toISOString().slice(0, 10);
    case 'month':
      return `${day.toISOString().slice(0, 7)}-01`;
  }
}

/** Dimensions that are not grouped by read `All`, if anything is grouped by at all. */
function withAll(row: Row, groupBy: readonly string[]): Row {
  if (groupBy.length === 0) return row;
  const others = usageDimensions.filter((dimension) => !groupBy.includes(dimension));
  return { ...row, ...Object.fromEntries(others.map((dimension) => [dimension, 'All'])) };
}

/** Sums the counts of the rows that agree in the keys, and leaves out what is neither. */
function grouped(rows: readonly Row[], keys: readonly string[], counts: readonly string[]): Row[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(keys.map((key) => row[key])));
  return [...groups.values()].map((group) => {
    const shown = keys.map((key) => [key, group[0]?.[key] ?? null]);
    const summed = counts.map((count) => [count, sum(group, count)]);
    return Object.fromEntries([...shown, ...summed]);
  });
}

const sum = (rows: readonly Row[], name: string): number =>
  Number(rows.reduce((total, row) => total + Number(row[name] ?? 0), 0).toFixed(12));

/** `Value` and `TotalCount` have capitals here, and `@nextLink` is relative to `analytics/` and not encoded. */
function answer(report: Report, query: Query, params: URLSearchParams, rows: readonly Row[]) {
  const ordered = rows.toSorted(byOrder(query.orderBy.length > 0 ? query.orderBy : [dateFirst]));
  const next = query.skip + query.top;
  return {
    Value: ordered.slice(query.skip, next),
    '@nextLink': next < ordered.length ? nextLink(report, query, params, next) : undefined,
    TotalCount: ordered.length,
  };
}

const dateFirst = { field: 'date', descending: false };

function byOrder(orders: Query['orderBy']): (one: Row, other: Row) => number {
  return (one, other) => {
    for (const { field, descending } of orders) {
      const order = String(one[field]).localeCompare(String(other[field]), 'en', { numeric: true });
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

function nextLink({ name }: Report, query: Query, params: URLSearchParams, skip: number): string {
  const date = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/');
  const rest = ['groupby', 'filter', 'orderby'].flatMap((key) => {
    const value = params.get(key);
    return value === null ? [] : [`${key}=${value}`];
  });
  const head = [`applicationId=${query.applicationId}`, `aggregationLevel=${query.level}`];
  const span = [`startDate=${date(query.start)}`, `endDate=${date(query.end - 1)}`];
  return `${name}?${[...head, ...span, `top=${query.top}`, `skip=${skip}`, ...rest].join('&')}`;
}
