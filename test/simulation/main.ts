import { randomUUID } from 'node:crypto';
import { type Failure, runCampaign, told } from './campaign.ts';
import { Violation } from './facts.ts';
import { lives } from './lives.ts';
import { type Options, readOptions } from './options.ts';
import { failurePage, summary, sweepLine } from './page.ts';
import { readReplay, saveReplay } from './replay.ts';
import { sweepLife } from './sweep.ts';

const nothing = new Violation('none', 'Everything held.');
const options = readOptions(process.argv.slice(2));
process.exitCode = (await run(options)) ? 0 : 1;

/** Whether everything held. */
async function run({ replay, seed, save, ...many }: Options): Promise<boolean> {
  if (replay !== undefined) return repeated(await readReplay(replay));
  if (seed !== undefined) return alone(seed, save);
  if (many.sweep) return swept(many.every, many.offset, save);
  const from = many.from ?? randomUUID().slice(0, 8);
  const seeds = Array.from({ length: many.seeds }, (_, index) => `${from}-${index}`);
  const campaign = await runCampaign({
    seeds,
    mostFailures: many.failures,
    onRun: (_ran, count, steps) => tick(count, many.seeds, `seeds, ${steps.toLocaleString('en-US')} steps`),
  });
  clearTick();
  for (const failure of campaign.failures) await tell(failure, save);
  console.log(summary(campaign));
  return campaign.failures.length === 0;
}

async function alone(seed: string, save: string): Promise<boolean> {
  const campaign = await runCampaign({ seeds: [seed] });
  const { story } = await told(seed, undefined, nothing);
  if (campaign.failures.length === 0) console.log(story.join('\n'));
  for (const failure of campaign.failures) await tell(failure, save);
  console.log(summary(campaign));
  return campaign.failures.length === 0;
}

/** Every life, with one thing going wrong in each run. */
async function swept(every: number, offset: number, save: string): Promise<boolean> {
  let held = true;
  for (const life of lives) {
    const sweep = await sweepLife(life, { every, offset, onRun: (runs, of) => tick(runs, of, 'runs') });
    clearTick();
    for (const failure of sweep.failures) await tell(failure, save);
    console.log(sweepLine(life.name, sweep));
    held &&= sweep.failures.length === 0;
  }
  return held;
}

async function repeated({ seed, schedule }: Awaited<ReturnType<typeof readReplay>>): Promise<boolean> {
  const { violation, story } = await told(seed, schedule, nothing);
  console.log(failurePage({ seed, violation, schedule, drawn: schedule.length, story }, story.length));
  return violation === nothing;
}

async function tell(failure: Failure, file: string): Promise<void> {
  console.log(failurePage(failure));
  await saveReplay(file, failure);
  console.log(`Saved as ${file}; npm run simulate -- --replay ${file} plays it again.`);
}

function tick(count: number, of: number, what: string): void {
  if (process.stderr.isTTY && count % 5 === 0) process.stderr.write(`\r${count} of ${of} ${what}`);
}

function clearTick(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
