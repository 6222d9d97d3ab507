import { type Filter, parseFilter } from './analyticsFilter.ts';
import { badAnalyticsQuery } from './errors.ts';

export type Level = 'hour' | 'day' | 'week' | 'month';

/** A query as both reports understand it. Times are milliseconds in the time zone of analytics; `end` is exclusive. */
export type Query = {
  readonly applicationId: string;
  readonly start: number;
  readonly end: number;
  readonly level: Level;
  readonly top: number;
  readonly skip: number;
  readonly filter: Filter;
  readonly groupBy: readonly string[];
  readonly orderBy: readonly Order[];
};
export type Order = { readonly field: string; readonly descending: boolean };

/** What a report can be asked for. */
export type Report = {
  readonly name: 'failurehits' | 'usagedaily';
  /** Fields to filter by and to order by. */
  readonly fields: readonly string[];
  /** Fields to group by. */
  readonly dimensions: readonly string[];
  readonly levels: readonly Level[];
};

const dayMs = 86_400_000;

/** The documented maximum, and the default. */
const topLimit = 10_000;

/** Parses a query; `now` is in the time zone of analytics. Throws the API's `Refusal` with every problem in it. */
export function parseQuery(report: Report, params: URLSearchParams, now: number): Query {
  const problems: string[] = [];
  const attempt = <T>(otherwise: T, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      problems.push(error.message);
      return otherwise;
    }
  };
  const today = now - (now % dayMs);
  const query: Query = {
    applicationId: attempt('', () => required(params, 'applicationId')),
    start: attempt(0, () => startOf(params.get('startDate'), today)),
    end: attempt(0, () => endOf(params.get('endDate'), today)),
    level: attempt<Level>('day', () => parseLevel(params.get('aggregationLevel') ?? 'day', report)),
    top: attempt(0, () => parseTop(params.get('top'))),
    skip: attempt(0, () => parseCount('skip', params.get('skip') ?? '0')),
    filter: attempt<Filter>(everything, () => parseOptionalFilter(params.get('filter'), report)),
    groupBy: attempt<string[]>([], () => parseFields('groupby', params.get('groupby'), report.dimensions)),
    orderBy: attempt<Order[]>([], () => parseOrder(params.get('orderby'), report.fields)),
  };
  if (problems.length > 0) throw badAnalyticsQuery(...problems);
  return query;
}

const everything: Filter = () => true;

function required(params: URLSearchParams, name: string): string {
  const value = params.get(name);
  if (!value) throw new SyntaxError(`${name} parameter is required`);
  return value;
}

const startOf = (text: string | null, today: number): number =>
  text === null ? today : parseTime('startDate', text).at;

/** A date stands for its whole day, a time for the hour that begins there. */
function endOf(text: string | null, today: number): number {
  if (text === null) return today + dayMs;
  const { at, dated } = parseTime('endDate', text);
  return at + (dated ? dayMs : 3_600_000);
}

const datePattern =
  /^(?:(\d{1,2})\/(\d{1,2})\/(\d{4})|(\d{4})[-/](\d{1,2})[-/](\d{1,2}))(?:[ T](\d{2}):(\d{2}):(\d{2}))?$/;

/** `mm/dd/yyyy` or `yyyy-mm-dd`, both with an optional `hh:mm:ss`. */
function parseTime(name: string, text: string): { at: number; dated: boolean } {
  const match = datePattern.exec(text.trim());
  if (!match) throw new SyntaxError(`${name} parameter is not a valid date`);
  const [, month, day, year, isoYear, isoMonth, isoDay, hours, minutes, seconds] = match;
  const [y, m, d] = [year ?? isoYear, month ?? isoMonth, day ?? isoDay].map(Number);
  const at = Date.UTC(
    y ?? 0,
    (m ?? 1) - 1,
    d,
    Number(hours ?? 0),
    Number(minutes ?? 0),
    Number(seconds ?? 0),
  );
  return { at, dated: hours === undefined };
}

function parseLevel(text: string, report: Report): Level {
  const level = report.levels.find((one) => one === text.toLowerCase());
  if (!level) throw new SyntaxError(`aggregationLevel parameter must be one of ${report.levels.join(', ')}`);
  return level;
}

function parseTop(text: string | null): number {
  const top = parseCount('top', text ?? String(topLimit));
  if (top > topLimit) throw new SyntaxError(`top parameter cannot be more than ${topLimit}`);
  return top;
}

function parseCount(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`${name} parameter must be a whole number`);
  return Number(text);
}

const parseOptionalFilter = (text: string | null, report: Report): Filter =>
  text === null || text.trim() === '' ? everything : parseFilter(text, report.fields);

function parseFields(name: string, text: string | null, known: readonly string[]): string[] {
  if (text === null || text.trim() === '') return [];
  return text.split(',').map((part) => {
    const field = known.find((one) => one.toLowerCase() === part.trim().toLowerCase());
    if (!field) throw new SyntaxError(`'${part.trim()}' is not a valid field of ${name}`);
    return field;
  });
}

function parseOrder(text: string | null, known: readonly string[]): Order[] {
  if (text === null || text.trim() === '') return [];
  return text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/);
    const [field = ''] = parseFields('orderby', name, known);
    if (!/^(asc|desc)$/i.test(direction)) throw new SyntaxError(`'${direction}' is not an order`);
    return { field, descending: direction.toLowerCase() === 'desc' };
  });
}
