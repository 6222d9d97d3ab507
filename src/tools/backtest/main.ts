import { readDocument, readPolicy } from '../input.ts';
import { type Result, readArguments, required, resultOf } from '../program.ts';
import type { Pace } from '../replay/nextLook.ts';
import { backtest } from './backtest.ts';
import { historySchema } from './history.ts';
import { pageOf } from './page.ts';

const usage = `Plays recorded telemetry through the code that decides in production, and prints
each new decision with its time, percentage, evidence and sentence, and the end.

  npm run backtest -- --policy FILE --history FILE [--what-if] [--json]

  --policy FILE       a policy, or the name of a built-in one
  --history FILE      recorded intervals, by docs/history.schema.json
  --what-if           take the counts as rates at the recorded percentage, and
                      rescale them to the one that this policy would have had
  --all               print every look, and not only what is new
  --every-look        take all looks of production, also where nothing is new
  --stop-at-approval  end where a person is asked to approve; else granted
  --json              print JSON
  --help              show this

The exit code is 0 whatever becomes of the rollout, and 2 for wrong input.`;

const options = {
  policy: { type: 'string' },
  history: { type: 'string' },
  'what-if': { type: 'boolean' },
  all: { type: 'boolean' },
  'every-look': { type: 'boolean' },
  'stop-at-approval': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Later than in production by at most this part of the time since the start: seven minutes after two and a half days. */
const mostLate = 1 / 500;

/** `npm run backtest`: see `usage`. */
export const runBacktest = (args: readonly string[], width = 80): Promise<Result> =>
  resultOf(async () => {
    const given = readArguments(args, options);
    if (given.help) return usage;
    const policyName = required(given.policy, 'policy', 'a policy file, or a built-in policy’s name');
    const historyPath = required(given.history, 'history', 'a file with recorded intervals');
    const policy = await readPolicy(policyName);
    const history = await readDocument(historyPath, historySchema);
    const pace: Pace = given['every-look'] ? { kind: 'everyLook' } : { kind: 'whenNew', mostLate };
    const found = backtest(policy, history, {
      whatIf: given['what-if'] ?? false,
      all: given.all ?? false,
      approvals: given['stop-at-approval'] ? 'never' : 'atOnce',
      pace,
    });
    return given.json ? JSON.stringify(found, null, 2) : pageOf(found, width);
  });
