import cautious from './policies/cautious.json' with { type: 'json' };
import fast from './policies/fast.json' with { type: 'json' };
import standard from './policies/standard.json' with { type: 'json' };
import { type Policy, policySchema } from './policy.ts';

/**
 * The policies that come with Rampart, by name. Each compares devices with a crash with those of the version before, and
 * limits their rate to 1.09 %, the share of daily users with a crash at which Google Play calls an app badly behaved; the
 * Store names no figure of its own.
 */
export const builtInPolicies: ReadonlyMap<string, Policy> = new Map(
  [cautious, standard, fast].map((document) => {
    const policy = policySchema.parse(document);
    return [policy.name, policy];
  }),
);
