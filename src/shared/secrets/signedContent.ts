import { createHmac, type KeyObject } from 'node:crypto';
import { equalInConstantTime } from './sharedSecret.ts';

/** A request as it came: signatures are over the body's text, before anything reads it. */
export type SignedRequest = {
  readonly headers: { get(name: string): string | null };
  readonly body: string;
};

/** What a request says is signed: these signatures of this content, made then. */
export type SignedContent = {
  readonly content: string;
  /** Lower-case hex, or base64 for Standard Webhooks. */
  readonly signatures: readonly string[];
  readonly encoding: 'hex' | 'base64';
  /** When it was signed, in milliseconds since the epoch; asked only once a signature is proven. */
  readonly signedAt: () => number | undefined;
  /** How far that may lie behind, in milliseconds. */
  readonly window: number;
};

/** How far a sender's clock, and the way of a request, may be off, in milliseconds. */
export const replayWindow = 5 * 60_000;

/** Two in a change of secrets; each one more costs a comparison, and whoever sends more means no good. */
const mostSignatures = 10;

/** The signatures that a header holds. */
export const signaturesIn = (header: string | null, separator: string): string[] =>
  (header ?? '').split(separator, mostSignatures).map((part) => part.trim());

/** Unix seconds. A header that came twice is joined by a comma, and so is none. */
export const instantIn = (header: string | null): number | undefined =>
  header !== null && /^\d{1,12}$/.test(header) ? Number(header) * 1_000 : undefined;

/** Whether one of the secrets made one of the signatures. Each is compared with each, so that the time tells nothing. */
export function isSigned(
  { content, signatures, encoding }: SignedContent,
  secrets: readonly KeyObject[],
): boolean {
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(content).digest(encoding));
  const pairs = expected.flatMap((one) => signatures.map((other) => equalInConstantTime(one, other)));
  return pairs.includes(true);
}
