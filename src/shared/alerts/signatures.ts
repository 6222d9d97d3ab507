import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { AlertFormat } from './alert.ts';
import { digestOf } from './senders.ts';

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

const minute = 60_000;
/** How far a sender's clock, and the way of a request, may be off. */
export const replayWindow = 5 * minute;

/**
 * PagerDuty signs no time of delivery, only when the event occurred, which a retry does not change. It tries five times
 * within about twenty minutes, holds later events back meanwhile, and gives up the queue when three in a row failed: an
 * hour, and the clocks' five minutes. https://developer.pagerduty.com/docs/webhooks-behavior, "Retries"
 */
const pagerdutyWindow = 60 * minute + replayWindow;

/** Two in a change of secrets; each one more costs a comparison, and whoever sends more means no good. */
const mostSignatures = 10;

const list = (header: string | null, separator: string): string[] =>
  (header ?? '').split(separator, mostSignatures).map((part) => part.trim());

/** Unix seconds. A header that came twice is joined by a comma, and so is none. */
const instantIn = (header: string | null): number | undefined =>
  header !== null && /^\d{1,12}$/.test(header) ? Number(header) * 1_000 : undefined;

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardWebhooksContent({ headers, body }: SignedRequest): SignedContent | undefined {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  // The content is joined by dots, so an id with one could move what it says into the time.
  if (!/^[^.\s]{1,256}$/.test(id)) return undefined;
  return {
    content: `${id}.${timestamp}.${body}`,
    signatures: list(headers.get('webhook-signature'), ' ')
      .filter((signature) => signature.startsWith('v1,'))
      .map((signature) => signature.slice('v1,'.length)),
    encoding: 'base64',
    signedAt: () => instantIn(timestamp),
    window: replayWindow,
  };
}

type ReadContent = (request: SignedRequest) => SignedContent | undefined;

/** https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/#hmac-signature */
const grafanaContent: ReadContent = ({ headers, body }) => {
  const timestamp = headers.get('x-grafana-alerting-timestamp');
  // Without a time Grafana signs the body alone, and anyone who once saw it could send it again.
  if (timestamp === null) return undefined;
  return {
    content: `${timestamp}:${body}`,
    signatures: [headers.get('x-grafana-alerting-signature')?.toLowerCase() ?? ''],
    encoding: 'hex',
    signedAt: () => instantIn(timestamp),
    window: replayWindow,
  };
};

/** https://developer.pagerduty.com/docs/verifying-webhook-signatures */
const pagerdutyContent: ReadContent = ({ headers, body }) => ({
  content: body,
  signatures: list(headers.get('x-pagerduty-signature'), ',')
    .filter((signature) => signature.startsWith('v1='))
    .map((signature) => signature.slice('v1='.length).toLowerCase()),
  encoding: 'hex',
  signedAt: () => occurredAt(body),
  window: pagerdutyWindow,
});

/**
 * The time is not signed: it stops a request that is sent again as it was, and not one whose time was changed.
 * https://docs.sentry.io/organization/integrations/integration-platform/webhooks/#sentry-hook-signature
 */
const sentryContent: ReadContent = ({ headers, body }) => ({
  content: body,
  signatures: [headers.get('sentry-hook-signature')?.toLowerCase() ?? ''],
  encoding: 'hex',
  signedAt: () => instantIn(headers.get('sentry-hook-timestamp')),
  window: replayWindow,
});

const none: ReadContent = () => undefined;

/** The signed content of an `hmac` sender, which each format makes in its own way. */
export const hmacContents: Record<AlertFormat, ReadContent> = {
  grafana: grafanaContent,
  pagerduty: pagerdutyContent,
  sentry: sentryContent,
  azureMonitor: none,
  alertmanager: none,
  datadog: none,
  generic: none,
};

/** Whether one of the secrets made one of the signatures. Each is compared with each, so that the time tells nothing. */
export function isSigned(
  { content, signatures, encoding }: SignedContent,
  secrets: readonly KeyObject[],
): boolean {
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(content).digest(encoding));
  const pairs = expected.flatMap((one) => signatures.map((other) => sameText(one, other)));
  return pairs.includes(true);
}

/** In constant time: texts of any length have digests of one. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b));

function occurredAt(body: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const text = memberOf(memberOf(parsed, 'event'), 'occurred_at');
    const instant = typeof text === 'string' ? Date.parse(text) : Number.NaN;
    return Number.isNaN(instant) ? undefined : instant;
  } catch {
    // A body that is no JSON has no time, and is refused for that.
    return undefined;
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
