import { randomUUID } from 'node:crypto';
import { type Failure, runCampaign, told } from './campaign.ts';
import { Violation } from './facts.ts';
import { type Options, readOptions } from './options.ts';
import { failurePage, summary } from './page.ts';
import { readReplay, saveReplay } from './replay.ts';

const nothing = new Violation('none', 'Everything held.');
const options = readOptions(process.argv.slice(2));
process.exitCode = (await run(options)) ? 0 : 1;

/** Whether everything held. */
async function run({ replay, seed, save, ...many }: Options): Promise<boolean> {
  if (replay !== undefined) return repeated(await readReplay(replay));
  if (seed !== undefined) return alone(seed, save);
  const from = many.from ?? randomUUID().slice(0, 8);
  const seeds = Array.from({ length: many.seeds }, (_, index) => `${from}-${index}`);
  const campaign = await runCampaign({
    seeds,
    mostFailures: many.failures,
    onRun: (_ran, count, steps) => tick(count, many.seeds, steps),
  });
  process.stderr.write('\r\u001b[K');
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

function tick(count: number, of: number, steps: number): void {
  if (process.stderr.isTTY && count % 5 === 0)
    process.stderr.write(`\r${count} of ${of} seeds, ${steps.toLocaleString('en-US')} steps`);
}
