import { z } from 'zod';
import { type AlertReader, readPayload } from '../payload.ts';
import { commonLabelsSchema, labelledAlertsSchema, readLabelled } from './labelled.ts';

/** Version 4 of https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const schema = z.object({
  commonLabels: commonLabelsSchema,
  alerts: labelledAlertsSchema,
});

/** Each alert of the group has its own status: a group still fires while some of its alerts are resolved. */
export const readAlertmanager: AlertReader = (body) => {
  const { alerts, commonLabels } = readPayload(schema, body);
  return readLabelled(alerts, commonLabels);
};
