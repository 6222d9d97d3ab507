import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeLink } from '../../../src/shared/notify/link.ts';
import { applicationId, flightId, policyDocument, submissionId } from '../builders.ts';

/** The valid requests that an enemy would begin from: one for each thing that a function takes. */

/** What the running app has registered, as far as a caller has to know it. */
export type HostileRoute = {
  readonly name: string;
  readonly method: string;
  /** Without the prefix: `rollouts/{id}/halt`. */
  readonly template: string;
};

export const knownId = `${applicationId}.${flightId}.${submissionId}`;

const sample = {
  signal: 'launch',
  source: 'ci',
  start: '2026-03-01T00:00:00Z',
  end: '2026-03-01T01:00:00+00:00',
  candidate: { failed: 3, exposed: 1_000 },
  control: { failed: 5, exposed: 2_000 },
  signatures: [{ hash: 'a1b2', candidate: 2, control: 1, seenBefore: false }],
};

/** A policy that has at least one of everything. */
const wholePolicy = {
  $schema: 'https://example.com/policy.schema.json',
  ...policyDocument(),
  onUnfinishedRollout: 'refuse',
  pace: 'evidence',
  confidence: 0.95,
  falseHaltProbability: 0.001,
  steps: [
    { percentage: 5, bake: '6h', maximumBake: '2d', approval: true },
    { percentage: 100, bake: '1d', maximumBake: '3d' },
  ],
  checks: [
    {
      name: 'launches',
      source: { kind: 'pushed', signal: 'launch', settledAfter: '0s', staleAfter: '2h' },
      limit: { rate: 0.01 },
      minimumExposure: 500,
      discount: 2,
      onBad: 'halt',
    },
    {
      name: 'crashes',
      source: { kind: 'storeAnalytics', events: ['crash', 'hang'], settledAfter: '30h' },
      compare: { to: 'control', tolerate: 1.25, shareUncertainty: 0.2, exclude: 2 },
      onBad: 'halt',
    },
    {
      name: 'history',
      source: { kind: 'pushed', signal: 'launch' },
      compare: { to: 'history', failed: 100, exposed: 100_000, tolerate: 1.25, exclude: 2 },
      onBad: 'hold',
      dryRun: true,
    },
    {
      name: 'startup',
      source: { kind: 'pushed', signal: 'startupMs' },
      limit: { value: 2_500 },
      consecutive: 3,
      onBad: 'hold',
    },
    {
      name: 'slow',
      source: { kind: 'pushed', signal: 'startupMs' },
      limit: { value: 9_000, exceedance: 0.05 },
      onBad: 'halt',
    },
    {
      name: 'tripwire',
      source: { kind: 'pushed', signal: 'launch' },
      newSignature: { baseline: 0.000_02 },
      onBad: 'hold',
    },
  ],
  unmeasured: { escalateAfter: '6h', onEscalation: 'hold', leastAdoption: 0.1 },
  alerts: [{ match: { severity: 'critical', team: 'shell' }, do: 'hold' }],
  approvers: 2,
  escalateHaltAfter: '5m',
};

const reason = { reason: 'a reason' };

const bearer = 'hostile-bearer-token-0123456789abcdef';
const password = 'hostile-basic-password-0123456789abcdef';
const key = 'hostile-alert-key-0123456789abcdef-one';
const otherKey = 'hostile-alert-key-0123456789abcdef-two';
const hmacSecret = 'hostile-hmac-secret-0123456789abcdef';
const webhookSecret = Buffer.from('hostile-webhook-secret-0123456789').toString('base64');
const namedKey = 'hostile-named-key-0123456789abcdef';
const linksKey = 'hostile-links-key-0123456789abcdef';

/** Settings with every secret that lets somebody in, so that each way in is open to be tried. */
export const hostileSettings: Readonly<Record<string, string>> = {
  RAMPART_KEYS: JSON.stringify([{ name: 'ci', role: 'viewer', key: namedKey }]),
  RAMPART_ALERT_SENDERS: JSON.stringify([
    { name: 'azure', format: 'azureMonitor', auth: { kind: 'key', key } },
    { name: 'prometheus', format: 'alertmanager', auth: { kind: 'bearer', token: bearer } },
    { name: 'grafana', format: 'grafana', auth: { kind: 'basic', user: 'grafana', password } },
    { name: 'datadog', format: 'datadog', auth: { kind: 'key', key: otherKey } },
    { name: 'pager', format: 'pagerduty', auth: { kind: 'hmac', secrets: [hmacSecret] } },
    { name: 'sentry', format: 'sentry', auth: { kind: 'hmac', secrets: [hmacSecret] } },
    {
      name: 'own',
      format: 'generic',
      auth: { kind: 'standardWebhooks', secrets: [`whsec_${webhookSecret}`] },
    },
  ]),
  RAMPART_LINKS_KEY: linksKey,
  RAMPART_PUBLIC_URL: 'https://rampart.example',
};
export const hostileSecrets: readonly string[] = [
  ...[bearer, password, key, otherKey, hmacSecret, webhookSecret, namedKey, linksKey],
];

type Sign = (body: string | Uint8Array) => Record<string, string>;
const hmacOf = (body: string | Uint8Array): string =>
  createHmac('sha256', hmacSecret).update(body).digest('hex');
const seconds = (): string => String(Math.floor(Date.now() / 1_000));

/** What proves the sender of each format, for a body that the sender never wrote: it may be the sender who is the enemy. */
const signatures: Readonly<Record<string, Sign>> = {
  azureMonitor: () => ({ 'x-rampart-alert-key': key }),
  alertmanager: () => ({ authorization: `Bearer ${bearer}` }),
  grafana: () => ({ authorization: `Basic ${Buffer.from(`grafana:${password}`).toString('base64')}` }),
  datadog: () => ({ 'x-rampart-alert-key': otherKey }),
  pagerduty: (body) => ({ 'x-pagerduty-signature': `v1=${hmacOf(body)}` }),
  sentry: (body) => ({ 'sentry-hook-signature': hmacOf(body), 'sentry-hook-timestamp': seconds() }),
  generic: (body) => {
    const time = seconds();
    const signed = createHmac('sha256', Buffer.from(webhookSecret, 'base64'))
      .update(`msg_1.${time}.`)
      .update(body);
    return {
      'webhook-id': 'msg_1',
      'webhook-timestamp': time,
      'webhook-signature': `v1,${signed.digest('base64')}`,
    };
  },
};

/** A valid request to begin from: its place, its body, and the headers that belong to a body. */
export type Beginning = {
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headersFor: Sign;
};

const fixtures = new URL('../../fixtures/alerts/', import.meta.url);
const resources: Readonly<Record<string, string>> = {
  'sentry.eventAlert.json': 'event_alert',
  'sentry.metricAlert.json': 'metric_alert',
  'sentry.issue.json': 'issue',
};

/** What senders send, by their own documentation. PagerDuty signs no other time than that of the event. */
const alerts: readonly Beginning[] = readdirSync(fixtures)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const [format = ''] = name.split('.');
    const text = readFileSync(new URL(name, fixtures), 'utf8');
    const { [name]: resource } = resources;
    return {
      params: { format },
      body: JSON.parse(text.replace(/("occurred_at": *)"[^"]*"/, `$1"${new Date().toISOString()}"`)),
      headersFor: (body) => ({
        ...signatures[format]?.(body),
        ...(resource !== undefined && { 'sentry-hook-resource': resource }),
      }),
    };
  });

const noHeaders: Sign = () => ({});

/** A link that the app itself would have made; it expires after the tests. */
const linkTo = (rolloutId: string): string =>
  writeLink({ rolloutId, action: 'halt', sequence: 1, channel: 'team', expires: 4_000_000_000 }, linksKey);

type Ids = { readonly rolloutId: string; readonly submissionId?: string };

/** Valid bodies by function; one that is not named here gets what the commands take. */
const bodies: Readonly<Record<string, readonly unknown[]>> = {
  startRollout: [
    { publisher: 'contoso', applicationId, flightId, submissionId, policy: wholePolicy },
    { applicationId, submissionId, policyName: 'standard' },
  ],
  startSubmission: [
    {
      $schema: 'https://example.com/submission.schema.json',
      requestId: 'build-1',
      publisher: 'contoso',
      applicationId,
      flightId,
      packages: ['release/app.zip'],
      existingPackages: { remove: ['1', '2'] },
      publishMode: { date: '2026-12-01T00:00:00Z' },
      mandatoryUpdate: { from: '2026-12-02T00:00:00Z' },
      notesForCertification: 'none',
      onPendingSubmission: 'delete',
      policy: wholePolicy,
    },
    { applicationId, packages: ['app.zip'], policyName: 'fast' },
  ],
  pushSamples: [
    { samples: [sample, { ...sample, source: 'other', candidate: { value: 12.5 }, signatures: [] }] },
  ],
  capRollout: [
    { percentage: 25, ...reason },
    { percentage: null, ...reason },
  ],
  pauseRollout: [{ until: '2026-12-01T00:00:00Z', owner: 'ada@example.com', ...reason }],
};

/** The valid requests of a function. What has no body of its own begins with that of a command. */
export function beginningsOf({ name, template }: HostileRoute, ids: Ids): readonly Beginning[] {
  const { rolloutId, submissionId: own = `${applicationId}.${flightId}.build-1` } = ids;
  if (template.startsWith('alerts/{format}')) return alerts;
  const id = template.startsWith('submissions/') ? own : rolloutId;
  const params = { id };
  if (template.startsWith('links/')) {
    const body = { token: linkTo(rolloutId), ...(template.endsWith('follow') && reason) };
    return [{ params, body, headersFor: noHeaders }];
  }
  return (bodies[name] ?? [reason]).map((body) => ({ params, body, headersFor: noHeaders }));
}
