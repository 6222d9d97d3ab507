import { z } from 'zod';
import { alertStatuses } from '../alert.ts';
import { labelsOf } from '../labels.ts';
import { type FoundAlert, instantSchema, looseSchema, mostAlerts, shownSchema } from '../payload.ts';

/** What Alertmanager and Grafana, which builds on it, have in common: alerts that are nothing but their labels. */

const labelsSchema = z.record(z.string(), z.string());

/** The group that a payload belongs to repeats what its alerts share; an alert's own word outranks it. */
export const commonLabelsSchema = labelsSchema.nullish();

const labelledAlertSchema = z.object({
  status: z.enum(alertStatuses),
  labels: labelsSchema,
  annotations: looseSchema,
  startsAt: instantSchema,
  generatorURL: shownSchema,
  /** A hash of the labels, so repeats have the same and the resolved alert, too. */
  fingerprint: z.string().min(1, 'must not be empty'),
});
type LabelledAlert = z.output<typeof labelledAlertSchema>;

export const labelledAlertsSchema = z
  .array(labelledAlertSchema)
  .min(1, 'has no alert')
  .max(mostAlerts, `has more than ${mostAlerts} alerts: group them by more labels`);

export function readLabelled(
  alerts: readonly LabelledAlert[],
  common: Readonly<Record<string, string>> | null | undefined,
): FoundAlert[] {
  return alerts.map(({ status, labels, annotations, startsAt, generatorURL, fingerprint }, index) => ({
    identity: [fingerprint],
    status,
    titles: [textIn(annotations.summary), textIn(annotations.description), labels.alertname],
    labels: labelsOf(`alerts[${index}].labels`, Object.entries(labels), Object.entries(common ?? {})),
    startsAt,
    url: generatorURL,
  }));
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
