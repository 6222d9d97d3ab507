import {
  instantIn,
  replayWindow,
  type SignedContent,
  type SignedRequest,
  signaturesIn,
} from '../secrets/signedContent.ts';
import type { AlertFormat } from './alert.ts';

/**
 * PagerDuty signs no time of delivery, only when the event occurred, which a retry does not change. It tries five times
 * within about twenty minutes, holds later events back meanwhile, and gives up the queue when three in a row failed: an
 * hour, and the clocks' five minutes. https://developer.pagerduty.com/docs/webhooks-behavior, "Retries"
 */
const pagerdutyWindow = 60 * 60_000 + replayWindow;

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
  signatures: signaturesIn(headers.get('x-pagerduty-signature'), ',')
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
