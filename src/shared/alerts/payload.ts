import { createHash } from 'node:crypto';
import { z } from 'zod';
import { withoutSecrets } from '../secrets/redact.ts';
import { parseInput } from '../text/mistakes.ts';
import type { Alert } from './alert.ts';

/** As many alerts as one payload may hold. */
export const mostAlerts = 1_000;

export type Headers = { get(name: string): string | null };

/** What a payload says of an alert, as its format finds it. */
export type FoundAlert = Pick<Alert, 'status' | 'labels'> & {
  /** The parts that are the same in repeats and in the end, and in no other alert of the sender. */
  readonly identity: readonly string[];
  /** The first that says something is shown. */
  readonly titles: readonly (string | null | undefined)[];
  readonly startsAt: Date | undefined;
  /** Where the sender does not say since when it fires: when this message was made. */
  readonly saidAt?: Date | undefined;
  readonly url: string | null | undefined;
};

/** Reads the JSON of one format. @throws InvalidInputError */
export type AlertReader = (body: unknown, headers: Headers) => readonly FoundAlert[];

/** What is known of an alert besides who sent it. @param now stands in for a beginning that the sender does not give */
export const alertOf = (
  { identity, status, titles, labels, startsAt, saidAt, url }: FoundAlert,
  now: Date,
): Omit<Alert, 'sender' | 'format'> => ({
  fingerprint: fingerprintOf(identity),
  status,
  title: titleOf(titles),
  labels,
  startsAt: startsAt ?? saidAt ?? now,
  ...(startsAt === undefined && { startUnknown: true as const }),
  ...linkTo(url),
});

/** Parses what a sender sent, and says every mistake at once. @throws InvalidInputError */
export const readPayload = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> =>
  parseInput(schema, body, 'The alert');

/** An identity that some senders write as a number. */
export const idSchema = z.union([z.string().min(1, 'must not be empty'), z.number()]).transform(String);

/** What is only shown or only extends the labels: an alert is not lost because of it. */
export const shownSchema = z.string().optional().catch(undefined);

/** A member that is an object in most payloads; anything else counts as empty. */
export const looseSchema = z.record(z.string(), z.unknown()).catch({});

/** Whether a row can keep it: a year beyond these is written in another form, and not read again. */
export const isKept = (date: Date): boolean => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9_999;

/** An instant as senders write it, in RFC 3339 with any fraction of a second; only shown. */
export const instantSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine(isKept)
  .optional()
  .catch(undefined);

const longestTitle = 200;
const longestUrl = 2_000;
const longestFingerprint = 500;

/** The first of the candidates that says something, in one line; long ones are cut. */
function titleOf(candidates: FoundAlert['titles']): string {
  const lines = candidates.map((text) => oneLine(text ?? ''));
  const title = lines.find((line) => line !== '') ?? 'An alert without a title';
  const characters = Array.from(title);
  return characters.length <= longestTitle ? title : `${characters.slice(0, longestTitle - 1).join('')}…`;
}

const oneLine = (text: string): string =>
  // No title needs more of it, and the rest costs time.
  withoutSecrets(text.slice(0, 4 * longestTitle))
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();

/**
 * `{url}` where it is one that people can follow: a page shows it as a link, so no other scheme gets through, and none
 * with a signature or a key in it.
 */
function linkTo(url: string | null | undefined): { url?: string } {
  const parsed = url && url.length <= longestUrl ? URL.parse(url) : null;
  const isFit = parsed && /^https?:$/.test(parsed.protocol) && withoutSecrets(parsed.href) === parsed.href;
  return isFit ? { url: parsed.href } : {};
}

/** The parts of an identity as one text; a long one becomes its digest, which is as unique. */
function fingerprintOf(parts: readonly string[]): string {
  const text = parts.join('/').toWellFormed();
  return text.length <= longestFingerprint ? text : createHash('sha256').update(text).digest('hex');
}
