import { z } from 'zod';
import type { AlertStatus } from '../alert.ts';
import { type LabelEntry, labelsOf, listed } from '../labels.ts';
import { type AlertReader, instantSchema, looseSchema, readPayload, shownSchema } from '../payload.ts';

const listSchema = z.array(z.string()).nullish();

/** https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema */
const schema = z.object({
  schemaId: z.literal(
    'azureMonitorCommonAlertSchema',
    'is not "azureMonitorCommonAlertSchema": enable the common alert schema in the action group',
  ),
  data: z.object({
    essentials: z.object({
      alertId: z.string().min(1, 'must not be empty'),
      alertRule: z.string().min(1, 'must not be empty'),
      severity: shownSchema,
      monitorCondition: z.enum(['Fired', 'Resolved']),
      alertTargetIDs: listSchema,
      configurationItems: listSchema,
      signalType: shownSchema,
      monitoringService: shownSchema,
      targetResourceType: shownSchema,
      targetResourceGroup: shownSchema,
      firedDateTime: instantSchema,
      investigationLink: shownSchema,
    }),
    /** Of another shape for every monitoring service. */
    alertContext: looseSchema,
    customProperties: looseSchema,
  }),
});
type Essentials = z.output<typeof schema>['data']['essentials'];

const statuses: Record<Essentials['monitorCondition'], AlertStatus> = {
  Fired: 'firing',
  Resolved: 'resolved',
};

/**
 * One alert. Its identity is `alertId`, "the unique resource ID that identifies the alert instance", which keeps it when
 * its condition resolves; `originAlertId` is the same for every firing of one rule on one target. Azure's ids are the
 * same in capitals.
 */
export const readAzureMonitor: AlertReader = (body) => {
  const { essentials, alertContext, customProperties } = readPayload(schema, body).data;
  return [
    {
      identity: [essentials.alertId.toLowerCase()],
      status: statuses[essentials.monitorCondition],
      titles: [essentials.alertRule],
      labels: labelsOf('data', factsIn(essentials), [
        ...dimensionsIn(alertContext),
        ...Object.entries(looseSchema.parse(alertContext.properties)),
        ...Object.entries(customProperties),
      ]),
      startsAt: essentials.firedDateTime,
      url: essentials.investigationLink,
    },
  ];
};

const factsIn = (essentials: Essentials): LabelEntry[] => [
  ['alertRule', essentials.alertRule],
  ['severity', essentials.severity],
  ['signalType', essentials.signalType],
  ['monitoringService', essentials.monitoringService],
  ['targetResourceType', essentials.targetResourceType],
  ['targetResourceGroup', essentials.targetResourceGroup],
  ['alertTargetIDs', undefined],
  ['configurationItems', undefined],
  ...listed('alertTargetIDs', essentials.alertTargetIDs ?? []),
  ...listed('configurationItems', essentials.configurationItems ?? []),
];

const dimensionSchema = z.object({ name: z.string(), value: z.unknown() });

/** Metric and log alerts name what they split by; older log alerts do so with a capital. */
function dimensionsIn(context: Readonly<Record<string, unknown>>): LabelEntry[] {
  const conditions = listIn(looseSchema.parse(context.condition).allOf);
  return [context, ...conditions.map((condition) => looseSchema.parse(condition))]
    .flatMap(({ dimensions, Dimensions }) => [...listIn(dimensions), ...listIn(Dimensions)])
    .flatMap((dimension): LabelEntry[] => {
      const { data } = dimensionSchema.safeParse(dimension);
      return data ? [[data.name, data.value]] : [];
    });
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
