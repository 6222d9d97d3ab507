import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Alert, AlertFormat } from '../../../src/shared/alerts/alert.ts';
import type { AlertRequest } from '../../../src/shared/alerts/authenticate.ts';
import { parseAlerts } from '../../../src/shared/alerts/parse.ts';
import { alertSendersSchema } from '../../../src/shared/alerts/senders.ts';
import { InvalidInputError } from '../../../src/shared/text/mistakes.ts';

/** What a sender sends, as its documentation has it: test/fixtures/alerts/README.md says where. */
export const fixture = (name: string): string => readFileSync(`test/fixtures/alerts/${name}.json`, 'utf8');

/** When it arrives: 2026-02-03T10:00:00Z. */
export const now = Date.UTC(2026, 1, 3, 10);

export const request = (
  body: string,
  headers: Record<string, string> = {},
  query: Record<string, string> = {},
): AlertRequest => ({ body, headers: new Headers(headers), query: new URLSearchParams(query) });

/** What the reader makes of a body. */
export const alertsIn = (
  format: AlertFormat,
  body: string,
  headers: Record<string, string> = {},
): readonly Alert[] => parseAlerts({ sender: 'ops', format }, request(body, headers), now);

/** What it refuses, each mistake as one line; empty where it takes the body. */
export function mistakesIn(
  format: AlertFormat,
  body: string,
  headers: Record<string, string> = {},
): readonly string[] {
  try {
    alertsIn(format, body, headers);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return [error.message, ...error.mistakes.map(({ path, message }) => `${path} ${message}`)];
  }
}

/** The body with something else at a place, such as `data.event.level`; undefined takes it away. */
export function changed(body: string, place: string, value: unknown): string {
  const root: unknown = JSON.parse(body);
  const path = place.split('.');
  let at = root;
  for (const part of path.slice(0, -1)) at = memberOf(at, part);
  if (typeof at !== 'object' || at === null) throw new Error(`${place} is not in the body`);
  Reflect.set(at, path.at(-1) ?? '', value);
  return JSON.stringify(root);
}

function memberOf(value: unknown, part: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`${part} is in nothing`);
  return Reflect.get(value, part);
}

export const senders = (list: z.input<typeof alertSendersSchema>) => alertSendersSchema.parse(list);
