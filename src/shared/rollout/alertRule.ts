import { z } from 'zod';

/** A label that is longer can stand in no policy, so nothing is lost where a sender's is left out. UTF-16 code units. */
export const longestLabel = { name: 128, value: 1_024 } as const;

const textSchema = (most: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must not be longer than ${most}`)
    .refine((text) => text.isWellFormed(), 'has half a character');

const matchSchema = z
  .record(
    textSchema(longestLabel.name).meta({ description: 'A label’s name, as the sender writes it.' }),
    textSchema(longestLabel.value).meta({
      description: 'The label’s value, exactly as the sender writes it.',
    }),
    {
      error: ({ code }) =>
        code === 'invalid_key'
          ? `is not a name of a label (1 to ${longestLabel.name} characters)`
          : undefined,
    },
  )
  .refine((match) => Object.keys(match).length > 0, 'needs at least one label: it would match every alert')
  .refine((match) => Object.keys(match).length <= 20, 'has more than 20 labels')
  .meta({ description: 'The labels that an alert must have, all of them, to concern this rollout.' });

/** One line of a policy's `alerts`. The first that matches does not hide the others: a halt outranks a hold. */
const alertRuleSchema = z
  .strictObject({
    match: matchSchema,
    do: z.enum(['halt', 'hold']).meta({
      description:
        'What a firing alert does. hold: nothing is raised until it is resolved. halt: the rollout is halted, which no resolved alert takes back.',
    }),
  })
  .meta({ description: 'Which alerts concern this rollout, and what they do.' });
export type AlertRule = z.output<typeof alertRuleSchema>;

export const alertRulesSchema = z
  .array(alertRuleSchema)
  .max(50, 'has more than 50 rules')
  .meta({ description: 'The alerts that halt or hold the rollout, by their labels.' });
