import { z } from 'zod';
import { applicationIdSchema, flightIdSchema, submissionIdSchema } from '../../rollout/ids.ts';
import { keptPolicySchema } from '../../rollout/policy.ts';
import type { StartRequest } from '../../usecases/rollout/startRollout.ts';

export const startSchema = z
  .strictObject({
    publisher: z.string().max(64).optional(),
    applicationId: applicationIdSchema,
    flightId: flightIdSchema.optional(),
    submissionId: submissionIdSchema,
    policy: keptPolicySchema.optional(),
    policyName: z.string().max(64).optional(),
  })
  .refine(({ policy, policyName }) => (policy === undefined) !== (policyName === undefined), {
    path: ['policy'],
    message: 'or policyName: give one of the two',
  });

/** One of the two is there: the schema saw to it. */
export const toStartRequest = ({
  policy,
  policyName = '',
  ...request
}: z.output<typeof startSchema>): StartRequest => ({ ...request, policy: policy ?? { policyName } });
