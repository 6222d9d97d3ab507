import { Command, InvalidArgumentError } from 'commander';

export type Options = {
  readonly seeds: number;
  readonly failures: number;
  readonly from: string | undefined;
  readonly seed: string | undefined;
  readonly replay: string | undefined;
  readonly save: string;
  readonly sweep: boolean | undefined;
  readonly every: number;
  readonly offset: number;
};

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('is not a whole number above 0.');
  return value;
}

/** @throws CommanderError, or ends the process where help is asked for */
export function readOptions(args: readonly string[]): Options {
  const program = new Command('simulate')
    .description('Runs the whole of Rampart under faults, and looks whether I1 to I10 hold after each step.')
    .option('--seeds <count>', 'how many seeds to run', whole, 500)
    .option('--failures <count>', 'end after so many seeds that fail', whole, 1)
    .option('--from <name>', 'what the names of the seeds begin with; without it, fresh ones')
    .option('--seed <name>', 'run this seed alone, and tell what happens in it')
    .option('--sweep', 'run two whole lives again for every moment in them and every fault that fits there')
    .option('--every <count>', 'of a sweep: one of so many runs', whole, 1)
    .option('--offset <number>', 'of a sweep: begin with this one of them', Number, 0)
    .option('--replay <file>', 'run the schedule of a file that an earlier run saved')
    .option(
      '--save <file>',
      'where to save the schedule of a seed that fails',
      '.rampart/simulation-failure.json',
    );
  program.parse([...args], { from: 'user' });
  const { seeds, failures, from, seed, replay, save, sweep, every, offset } = program.opts<Options>();
  return { seeds, failures, from, seed, replay, save, sweep, every, offset };
}
