import { hasEnded } from '../../src/shared/rollout/vocabulary.ts';
import { commandsOf } from './addresses.ts';
import { type Ending, endedRightly, readEnding } from './ending.ts';
import type { Setting } from './frame.ts';
import type { Ports } from './ports.ts';
import { repeat } from './repeat.ts';
import { openScreen } from './screen.ts';
import { type DemoStage, startDemoStage } from './stage.ts';
import { bad, healthy, policy, type Started, speed, start, storyStart } from './story.ts';
import { type Run, summaryOf } from './summary.ts';
import { pushTelemetry } from './telemetry.ts';
import { createWatch, type Snapshot } from './watch.ts';

/** The rollouts have not ended in time. Remedy: the host's log, or a faster machine. */
export class NotEndedError extends Error {
  override readonly name = 'NotEndedError';
}

const setting: Setting = {
  start: new Date(storyStart),
  steps: policy.steps.map(({ percentage }) => percentage),
  checks: policy.checks.map(({ name }) => name),
};

/** Three looks a second are enough for the eye, and leave the machine to the rollouts. */
const lookPauseMs = 300;

type Play = { readonly stage: DemoStage; readonly started: readonly Started[] };

/**
 * Plays both rollouts to their end, shows them as they move, and says what happened.
 *
 * @param mostMs how long it may take at most, in real time
 * @throws NotEndedError, and the signal's reason once it is aborted
 * @returns whether both ended as they should
 */
export async function playStory(
  ports: Ports,
  options: { readonly mostMs: number | undefined; readonly stays: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  console.log('Starting Azurite, the Store simulator and the functions host …');
  const stage = await orAborted(startDemoStage(ports, storyStart), signal);
  for (const notice of ports.notices) console.log(notice);
  const good = await start(healthy, stage.api, stage.control);
  const harmful = await start(bad, stage.api, stage.control);
  const { reading, changing, submitting } = commandsOf(stage.addresses, good, harmful);
  console.log(['Try, while it runs:', ...reading, ...changing, ''].join('\n'));

  const { control } = stage;
  await control.setClock({ speed });
  const begun = performance.now();
  const last = await watchToTheEnd({ stage, started: [good, harmful] }, options.mostMs, signal);
  const realMs = performance.now() - begun;
  await control.setClock({ speed: 1 });

  const endings = await Promise.all([good, harmful].map((one) => readEnding(one, stage.api, control)));
  report(endings, last, { realMs, takesCommands: options.stays });
  if (options.stays)
    console.log(['', 'It goes on in real time; Ctrl-C ends it. Try:', ...reading, ...submitting].join('\n'));
  return endings.every(endedRightly);
}

/** Leaves the promise to itself once the signal is aborted: who aborts ends what it waits for. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

async function watchToTheEnd(play: Play, mostMs: number | undefined, signal: AbortSignal): Promise<Snapshot> {
  const { stage, started } = play;
  const over = new AbortController();
  const limits = mostMs === undefined ? [] : [AbortSignal.timeout(mostMs)];
  const until = AbortSignal.any([signal, over.signal, ...limits]);
  const telemetry = started.map((one) => pushTelemetry(one, stage.api, stage.control, until));
  for (const pushing of telemetry) pushing.catch((error: unknown) => over.abort(error));
  const screen = openScreen(setting);
  const look = createWatch(started, stage.api, stage.control);
  let last: Snapshot | undefined;
  try {
    await repeat(
      async () => {
        last = await look();
        screen.show(last);
        return last.rollouts.every(({ view }) => hasEnded(view.phase)) ? 'done' : 'again';
      },
      lookPauseMs,
      until,
    );
  } catch (error) {
    throw limits.some((limit) => limit.aborted) ? notEnded(last, mostMs, error) : error;
  } finally {
    screen.release();
    over.abort();
  }
  if (!last) throw new TypeError('Nobody looked.');
  return last;
}

function notEnded(last: Snapshot | undefined, mostMs = 0, cause: unknown): NotEndedError {
  const where = last?.rollouts.map(
    ({ build, view, sentence }) =>
      `${build.application} is ${view.phase} at ${view.percentage} %: ${sentence}`,
  );
  const seconds = Math.round(mostMs / 1_000);
  return new NotEndedError([`Not ended after ${seconds} s.`, ...(where ?? [])].join('\n'), { cause });
}

type Told = Pick<Run, 'realMs' | 'takesCommands'>;

function report(endings: readonly Ending[], { now }: Snapshot, told: Told): void {
  const { width, paint } = openScreen(setting);
  const domainMs = now.getTime() - setting.start.getTime();
  console.log();
  for (const line of summaryOf(endings, { ...told, start: setting.start, domainMs }, width, paint))
    console.log(line);
}
