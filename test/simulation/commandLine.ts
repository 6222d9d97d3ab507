import { randomUUID } from 'node:crypto';
import { UsageError } from '../../src/tools/input.ts';
import { type Campaign, type Failure, runCampaign, told } from './campaign.ts';
import { Violation } from './facts.ts';
import { failurePage, replayPage, storyPage } from './failurePage.ts';
import { lives } from './lives.ts';
import { type Options, readOptions } from './options.ts';
import { summary, sweepLine } from './page.ts';
import { readReplay, saveReplay } from './replay.ts';
import { sweepLife } from './sweep.ts';

/** Where `npm run simulate` shows itself. */
export type Terminal = {
  /** In columns. */
  readonly width: number;
  print(text: string): void;
  complain(text: string): void;
  /** Shows how far it is, over what it showed before; with nothing to show, that goes away. */
  progress(text: string): void;
};

/** Runs what the arguments ask for; the exit code. */
export async function runSimulate(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return (await run(readOptions(args), terminal)) ? 0 : 1;
  } catch (error) {
    // What nobody foresaw is shown whole.
    if (!(error instanceof UsageError)) throw error;
    terminal.complain(error.message);
    return 2;
  }
}

/** Whether everything held. */
function run(options: Options, terminal: Terminal): Promise<boolean> {
  switch (options.run) {
    case 'replay':
      return repeated(options.file, terminal);
    case 'seed':
      return alone(options, terminal);
    case 'sweep':
      return swept(options, terminal);
    case 'seeds':
      return many(options, terminal);
  }
}

type Of<Run extends Options['run']> = Extract<Options, { run: Run }>;

const nothing = new Violation('none', 'Everything held.');

async function many(options: Of<'seeds'>, terminal: Terminal): Promise<boolean> {
  const from = options.from ?? randomUUID().slice(0, 8);
  const campaign = await runCampaign({
    seeds: Array.from({ length: options.seeds }, (_, index) => `${from}-${index}`),
    mostFailures: options.failures,
    onRun: (_ran, count, steps) =>
      tick(count, options.seeds, `seeds, ${steps.toLocaleString('en-US')} steps`, terminal),
  });
  terminal.progress('');
  return end(campaign, options.save, terminal);
}

async function alone({ seed, save }: Of<'seed'>, terminal: Terminal): Promise<boolean> {
  const campaign = await runCampaign({ seeds: [seed] });
  if (campaign.failures.length === 0)
    terminal.print(storyPage((await told(seed, undefined, nothing)).story, terminal.width));
  return end(campaign, save, terminal);
}

async function end(campaign: Campaign, save: string, terminal: Terminal): Promise<boolean> {
  for (const failure of campaign.failures) await tell(failure, save, terminal);
  terminal.print(summary(campaign, terminal.width));
  return campaign.failures.length === 0;
}

/** Every life, with one thing going wrong in each run. */
async function swept({ every, offset, save }: Of<'sweep'>, terminal: Terminal): Promise<boolean> {
  let held = true;
  for (const life of lives) {
    const onRun = (runs: number, of: number) => tick(runs, of, 'runs', terminal);
    const sweep = await sweepLife(life, { every, offset, onRun });
    terminal.progress('');
    for (const failure of sweep.failures) await tell(failure, save, terminal);
    terminal.print(sweepLine(life.name, sweep, terminal.width));
    held &&= sweep.failures.length === 0;
  }
  return held;
}

async function repeated(file: string, { print, width }: Terminal): Promise<boolean> {
  const { seed, schedule } = await readReplay(file);
  const { violation, story } = await told(seed, schedule, nothing);
  const held = violation === nothing;
  print(replayPage({ seed, schedule, story, violation: held ? undefined : violation }, width));
  return held;
}

async function tell(failure: Failure, file: string, { print, width }: Terminal): Promise<void> {
  print(failurePage(failure, width));
  await saveReplay(file, failure);
  print(`Saved as ${file}; npm run simulate -- --replay ${file} plays it again.`);
}

function tick(count: number, of: number, what: string, { progress }: Terminal): void {
  if (count % 5 === 0) progress(`${count} of ${of} ${what}`);
}
