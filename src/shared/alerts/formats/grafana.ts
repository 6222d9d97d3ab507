import { z } from 'zod';
import { type AlertReader, readPayload } from '../payload.ts';
import { commonLabelsSchema, labelledAlertsSchema, readLabelled } from './labelled.ts';

/**
 * The default payload of the webhook contact point; one with a custom payload is not this format.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
const schema = z.object({
  commonLabels: commonLabelsSchema,
  alerts: labelledAlertsSchema,
});

export const readGrafana: AlertReader = (body) => {
  const { alerts, commonLabels } = readPayload(schema, body);
  return readLabelled(alerts, commonLabels);
};
