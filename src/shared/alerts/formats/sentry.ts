import { z } from 'zod';
import { InvalidInputError } from '../../text/mistakes.ts';
import type { AlertStatus } from '../alert.ts';
import { type LabelEntry, labelsOf, listed } from '../labels.ts';
import {
  type AlertReader,
  type FoundAlert,
  idSchema,
  instantSchema,
  looseSchema,
  readPayload,
  shownSchema,
} from '../payload.ts';

/**
 * The three resources of Sentry's integration platform that speak of alerts. Which one a request holds stands in the
 * header `Sentry-Hook-Resource`, which is not signed: a wrong one fails here, because the three have no member in common.
 * https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
 */
export const readSentry: AlertReader = (body, headers) => {
  switch (headers.get('sentry-hook-resource')) {
    case 'event_alert':
      return readEventAlert(body);
    case 'metric_alert':
      return readMetricAlert(body);
    case 'issue':
      return readIssue(body);
    case null:
      throw new InvalidInputError('The header Sentry-Hook-Resource is missing: it says what Sentry sends.', [
        { path: 'Sentry-Hook-Resource', message: 'is missing' },
      ]);
    default:
      // Installations, comments, errors: nothing that fires or resolves.
      return [];
  }
};

const eventAlertSchema = z.object({
  data: z.object({
    event: z.object({
      issue_id: idSchema,
      title: shownSchema,
      web_url: shownSchema,
      url: shownSchema,
      datetime: instantSchema,
      level: shownSchema,
      platform: shownSchema,
      environment: shownSchema,
      release: shownSchema,
      project: z.union([z.number(), z.string()]).optional().catch(undefined),
      tags: z.array(z.unknown()).catch([]),
    }),
    triggered_rule: shownSchema,
  }),
});
type Event = z.output<typeof eventAlertSchema>['data']['event'];

/** An issue alert says that it fired, and never that it is over: that is the issue's to say, so the issue is its identity. */
const readEventAlert = (body: unknown): FoundAlert[] => {
  const { event, triggered_rule } = readPayload(eventAlertSchema, body).data;
  return [
    {
      identity: ['issue', event.issue_id],
      status: 'firing',
      titles: [event.title, triggered_rule],
      labels: labelsOf('data.event', eventFacts(event, triggered_rule), event.tags.flatMap(tag)),
      startsAt: undefined,
      saidAt: event.datetime,
      url: event.web_url,
    },
  ];
};

/** The event has the project's number; its slug stands in the address of the event alone. */
const eventFacts = (event: Event, rule: string | undefined): LabelEntry[] => [
  ['resource', 'event_alert'],
  ['rule', rule],
  ['project', /\/projects\/[^/]+\/([^/]+)\//.exec(event.url ?? '')?.[1]],
  ['projectId', event.project],
  ['level', event.level],
  ['platform', event.platform],
  ['environment', event.environment],
  ['release', event.release],
];

const tagSchema = z.tuple([z.string(), z.unknown()]);
function tag(pair: unknown): LabelEntry[] {
  const { data } = tagSchema.safeParse(pair);
  return data ? [data] : [];
}

const metricAlertSchema = z.object({
  action: z.enum(['critical', 'warning', 'resolved']),
  data: z.object({
    description_title: shownSchema,
    web_url: shownSchema,
    metric_alert: z.object({
      id: idSchema,
      title: shownSchema,
      date_started: instantSchema,
      projects: z.array(z.string()).catch([]),
      alert_rule: looseSchema,
    }),
  }),
});

/** Identified by its incident, which goes from warning to critical to resolved. */
const readMetricAlert = (body: unknown): FoundAlert[] => {
  const { action, data } = readPayload(metricAlertSchema, body);
  const { id, title, date_started, projects, alert_rule } = data.metric_alert;
  return [
    {
      identity: ['metric_alert', id],
      status: action === 'resolved' ? 'resolved' : 'firing',
      titles: [data.description_title, title],
      labels: labelsOf('data.metric_alert', [
        ['resource', 'metric_alert'],
        ['rule', alert_rule.name],
        ['level', action === 'resolved' ? undefined : action],
        ['environment', alert_rule.environment],
        ...listed('project', projects),
      ]),
      startsAt: date_started,
      url: data.web_url,
    },
  ];
};

const issueSchema = z.object({
  action: z.string(),
  data: z.object({
    issue: z.object({
      id: idSchema,
      title: shownSchema,
      web_url: shownSchema,
      permalink: shownSchema,
      firstSeen: instantSchema,
      lastSeen: instantSchema,
      level: shownSchema,
      platform: shownSchema,
      substatus: shownSchema,
      project: looseSchema,
    }),
  }),
});

/** Assigning and archiving an issue change who sees it, and not whether it happens. */
const issueStatuses = new Map<string, AlertStatus>([
  ['created', 'firing'],
  ['unresolved', 'firing'],
  ['resolved', 'resolved'],
]);

const readIssue = (body: unknown): FoundAlert[] => {
  const { action, data } = readPayload(issueSchema, body);
  const status = issueStatuses.get(action);
  if (status === undefined) return [];
  const { issue } = data;
  return [
    {
      identity: ['issue', issue.id],
      status,
      titles: [issue.title],
      labels: labelsOf('data.issue', [
        ['resource', 'issue'],
        ['project', issue.project.slug],
        ['projectId', issue.project.id],
        ['level', issue.level],
        ['platform', issue.platform],
        ['substatus', issue.substatus],
      ]),
      startsAt: action === 'unresolved' ? issue.lastSeen : issue.firstSeen,
      url: issue.web_url ?? issue.permalink,
    },
  ];
};
