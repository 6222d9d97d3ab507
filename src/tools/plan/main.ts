import { z } from 'zod';
import { durationSchema } from '../../shared/rollout/duration.ts';
import { type Policy, policySchema } from '../../shared/rollout/policy.ts';
import { readPolicy, UsageError } from '../input.ts';
import { type Result, readArguments, required, resultOf } from '../program.ts';
import type { Audience } from './audience.ts';
import { pageOf } from './page.ts';
import { planOf } from './plan.ts';

const usage = `Says before a rollout what a policy can notice, when, and at what cost to users.

  npm run plan -- --policy FILE --daily-sessions N --crash-rate R [--json]

  --policy FILE       a policy, or the name of a built-in one
  --daily-sessions N  sessions a day of all users, in the unit that checks count
  --crash-rate R      the part that crash with a healthy build: 0.005 is 0.5 %
  --adoption 12h      after this, 63 % of those who are offered a build have it
  --lag 1h            how long after its end a pushed hour is known
  --check NAME        only this check reads the crashes; else all that count
  --seed N            of the simulated crashes; without it 1
  --trials N          simulated rollouts for each line; else what takes seconds
  --json              print JSON; docs/plan.md has its shape
  --help              show this

The exit code is 0, and 2 for input that is wrong.`;

const options = {
  policy: { type: 'string' },
  'daily-sessions': { type: 'string' },
  'crash-rate': { type: 'string' },
  adoption: { type: 'string', default: '12h' },
  lag: { type: 'string', default: '1h' },
  check: { type: 'string' },
  seed: { type: 'string', default: '1' },
  trials: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Five times as often is the worst that is tried, and more than each session cannot crash. */
const mostCrashes = 0.2;

/** `npm run plan`: see `usage`. */
export const runPlan = (args: readonly string[], width = 80): Promise<Result> =>
  resultOf(async () => {
    const given = readArguments(args, options);
    if (given.help) return usage;
    const policyName = required(given.policy, 'policy', 'a policy file, or a built-in policy’s name');
    const sessions = required(given['daily-sessions'], 'daily-sessions', 'how many sessions a day there are');
    const rate = required(
      given['crash-rate'],
      'crash-rate',
      'the part of the sessions that crash, such as 0.005',
    );
    const audience: Omit<Audience, 'check'> = {
      dailySessions: numberOf(sessions, 'daily-sessions', { least: 1, most: 1e9 }),
      crashRate: rateOf(rate),
      adoptionMs: durationOf(given.adoption, 'adoption'),
      lagMs: durationOf(given.lag, 'lag'),
    };
    const seed = wholeOf(given.seed, 'seed', { least: 0, most: 2 ** 31 - 1 });
    const trials =
      given.trials === undefined ? undefined : wholeOf(given.trials, 'trials', { least: 10, most: 100_000 });
    const policy = await readPolicy(policyName);
    const plan = planOf(policy, { ...audience, check: checkOf(policy, given.check) }, { seed, trials });
    if (given.json) return JSON.stringify(plan, null, 2);
    return pageOf(policy, plan, plan.better ? policySchema.parse(plan.better.policy) : undefined, width);
  });

type Range = { readonly least: number; readonly most: number };

function numberOf(text: string, option: string, { least, most }: Range): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${option} must be a number from ${least} to ${most}, not "${text}".`);
}

function wholeOf(text: string, option: string, range: Range): number {
  const number = numberOf(text, option, range);
  if (Number.isInteger(number)) return number;
  throw new UsageError(`--${option} must be a whole number, not "${text}".`);
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= mostCrashes) return rate;
  throw new UsageError(
    `--crash-rate must be above 0 and at most ${mostCrashes}, the part of the sessions that crash (0.5 % is 0.005), not "${text}".`,
  );
}

function durationOf(text: string, option: string): number {
  const result = z.safeDecode(durationSchema, text);
  if (result.success) return result.data;
  throw new UsageError(`--${option} must be a duration such as 90s, 30m, 6h or 2d, not "${text}".`);
}

function checkOf({ checks }: Policy, name: string | undefined): string | undefined {
  const counting = checks
    .filter(({ limit, newSignature }) => !newSignature && !(limit && 'value' in limit))
    .map((check) => check.name);
  if (name === undefined || counting.includes(name)) return name;
  throw new UsageError(
    `--check must name a check of the policy that counts failures (${counting.join(', ') || 'it has none'}), not "${name}".`,
  );
}
