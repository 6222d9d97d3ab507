import { z } from 'zod';
import type { AlertStatus } from '../alert.ts';
import { type LabelEntry, labelsOf, listed } from '../labels.ts';
import {
  type AlertReader,
  idSchema,
  instantSchema,
  looseSchema,
  readPayload,
  shownSchema,
} from '../payload.ts';

/** https://developer.pagerduty.com/docs/webhooks-overview, "Webhook Payload" */
const eventSchema = z.object({
  event: z.object({
    event_type: z.string(),
    data: z.object({ type: z.string() }),
  }),
});

const referenceSchema = z.object({ id: shownSchema, summary: shownSchema }).nullish().catch(undefined);

const incidentSchema = z.object({
  event: z.object({
    occurred_at: instantSchema,
    data: z.object({
      id: idSchema,
      status: z.enum(['triggered', 'acknowledged', 'resolved']),
      title: shownSchema,
      html_url: shownSchema,
      created_at: instantSchema,
      urgency: shownSchema,
      service: referenceSchema,
      priority: referenceSchema,
      escalation_policy: referenceSchema,
      teams: z.array(referenceSchema).catch([]),
      custom_fields: z.array(looseSchema).catch([]),
    }),
  }),
});
type Incident = z.output<typeof incidentSchema>['event']['data'];

const statuses: Record<Incident['status'], AlertStatus> = {
  triggered: 'firing',
  // Somebody has it in hand; it is not over.
  acknowledged: 'firing',
  resolved: 'resolved',
};

/**
 * One alert for each event that carries an incident, whatever happened to it: the incident's own status counts, and a
 * raised priority may match what the incident did not match before. Notes, responders, services and `pagey.ping` carry
 * none. The identity is the incident's id, which a reopened incident keeps.
 */
export const readPagerduty: AlertReader = (body) => {
  const { event } = readPayload(eventSchema, body);
  if (event.data.type !== 'incident') return [];
  const { data, occurred_at } = readPayload(incidentSchema, body).event;
  const startsAt = event.event_type === 'incident.reopened' ? occurred_at : data.created_at;
  return [
    {
      identity: [data.id],
      status: statuses[data.status],
      titles: [data.title, `PagerDuty incident ${data.id}`],
      labels: labelsOf('event.data', factsIn(data), data.custom_fields.flatMap(customField)),
      startsAt,
      url: data.html_url,
    },
  ];
};

const factsIn = ({ service, priority, escalation_policy, teams, urgency }: Incident): LabelEntry[] => [
  ['service', service?.summary],
  ['serviceId', service?.id],
  ['urgency', urgency],
  ['priority', priority?.summary],
  ['escalationPolicy', escalation_policy?.summary],
  ['team', undefined],
  ...listed(
    'team',
    teams.flatMap((team) => team?.summary ?? []),
  ),
];

/** `{name, value}`, where the value may be a list. */
function customField({ name, value }: Readonly<Record<string, unknown>>): LabelEntry[] {
  if (typeof name !== 'string') return [];
  return Array.isArray(value)
    ? listed(
        name,
        value.filter((one) => typeof one === 'string'),
      )
    : [[name, value]];
}
