import { Command, type CommanderError, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { UsageError } from '../../src/tools/input.ts';

/** What is to be run, with all that is to be said of it and nothing else. */
export type Options =
  | {
      readonly run: 'seeds';
      readonly seeds: number;
      readonly failures: number;
      readonly from: string | undefined;
      readonly save: string;
    }
  | { readonly run: 'seed'; readonly seed: string; readonly save: string }
  | { readonly run: 'sweep'; readonly every: number; readonly offset: number; readonly save: string }
  | { readonly run: 'replay'; readonly file: string };

const valuesSchema = z.object({
  seeds: z.number(),
  failures: z.number(),
  from: z.string().optional(),
  seed: z.string().optional(),
  sweep: z.boolean().default(false),
  every: z.number(),
  offset: z.number(),
  replay: z.string().optional(),
  save: z.string(),
});
type Values = z.output<typeof valuesSchema>;

/** @throws UsageError, or ends the process where help is asked for */
export function readOptions(args: readonly string[]): Options {
  const program = programWithOptions();
  program.parse([...args], { from: 'user' });
  const { seeds, failures, from, seed, sweep, every, offset, replay, save } = valuesOf(program);
  if (replay !== undefined) return { run: 'replay', file: replay };
  if (seed !== undefined) return { run: 'seed', seed, save };
  if (sweep) return { run: 'sweep', every, offset, save };
  return { run: 'seeds', seeds, failures, from, save };
}

const ofSeeds = ['seeds', 'failures', 'from'];
const ofSweep = ['every', 'offset'];

function programWithOptions(): Command {
  return new Command('simulate')
    .description('Runs the whole of Rampart under faults, and looks whether I1 to I10 hold after each step.')
    .option('--seeds <count>', 'how many seeds to run', above0, 500)
    .option('--failures <count>', 'end after so many seeds that fail', above0, 1)
    .option('--from <name>', 'what the names of the seeds begin with; without it, fresh ones')
    .addOption(
      new Option('--seed <name>', 'run this seed alone, and tell what happens in it').conflicts([
        ...ofSeeds,
        ...ofSweep,
        'sweep',
      ]),
    )
    .addOption(
      new Option(
        '--sweep',
        'run two whole lives again for every moment in them and every fault that fits there',
      ).conflicts(ofSeeds),
    )
    .option('--every <count>', 'of a sweep: one of so many runs', above0, 1)
    .option('--offset <number>', 'of a sweep: begin with this one of them', from0, 0)
    .addOption(
      new Option('--replay <file>', 'run the schedule of a file that an earlier run saved').conflicts([
        ...ofSeeds,
        ...ofSweep,
        ...['seed', 'sweep', 'save'],
      ]),
    )
    .option(
      '--save <file>',
      'where to save the schedule of a seed that fails',
      '.rampart/simulation-failure.json',
    )
    .configureOutput({ outputError: () => {} })
    .exitOverride(refuse);
}

/** What belongs to a sweep does nothing without one, and would start hundreds of seeds instead. */
function valuesOf(program: Command): Values {
  const values = valuesSchema.parse(program.opts());
  const alone = ofSweep.find((name) => program.getOptionValueSource(name) === 'cli');
  if (alone !== undefined && !values.sweep)
    throw new UsageError(`--${alone} belongs to a sweep: add --sweep, or leave it out.`);
  if (values.offset >= values.every && values.offset > 0)
    throw new UsageError(`--offset ${values.offset} must be below --every, which is ${values.every}.`);
  return values;
}

/** Commander says what is wrong in two lines at times, and goes on to end the process where nothing is. */
function refuse({ exitCode, message }: CommanderError): void {
  if (exitCode === 0) return;
  const reason = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1).replace(/\.$/, '');
  throw new UsageError(`${sentence}. --help shows what there is.`);
}

const above0 = (text: string): number => wholeFrom(1, text);
const from0 = (text: string): number => wholeFrom(0, text);

function wholeFrom(least: number, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidArgumentError(`Write a whole number from ${least} on.`);
}
