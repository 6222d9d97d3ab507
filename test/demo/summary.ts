import { sayDuration } from '../../src/shared/rollout/duration.ts';
import { sayPercentage } from '../../src/shared/rollout/sentence.ts';
import { type Ending, endedByHand, endedRightly, type Hand } from './ending.ts';
import type { Paint, Tone } from './paint.ts';
import { wrap } from './text.ts';

export type Run = {
  /** Domain time at which the clock began to run. */
  readonly start: Date;
  /** Domain and real milliseconds until both had ended. */
  readonly domainMs: number;
  readonly realMs: number;
  /** Whether people may end rollouts, as they were invited to: then that is no failure. */
  readonly takesCommands: boolean;
};

/** What happened, as lines of a width. */
export function summaryOf(endings: readonly Ending[], run: Run, width: number, paint: Paint): string[] {
  const real = Math.round(run.realMs / 1_000);
  return [
    ...endings.flatMap((ending) => [...endingLines(ending, run, width, paint), '']),
    ...wrap(`${sayDuration(wholeMinutes(run.domainMs))} of rollouts in ${real} s.`, width),
  ];
}

function endingLines(ending: Ending, { start, takesCommands }: Run, width: number, paint: Paint): string[] {
  const { build, phase, storeStatus, endedAt, highest, decisive, harm } = ending;
  const { sign, tone, remark } = verdictOn(ending, takesCommands);
  const after = sayDuration(wholeMinutes(endedAt.getTime() - start.getTime()));
  const head = `${sign} ${build.application} ${build.version} (${build.sort}): ${phase} ${after} after the start, at most at ${sayPercentage(highest)}; the Store shows ${storeStatus}.`;
  return [
    ...wrap(head, width).map((line) => paint(tone, line)),
    ...(remark === undefined ? [] : indented(remark, width).map((line) => paint(tone, line))),
    ...indented(decisive, width),
    ...indented(harmSentence(harm, phase === 'halted'), width),
  ];
}

type Verdict = { readonly sign: string; readonly tone: Tone; readonly remark: string | undefined };

function verdictOn(ending: Ending, takesCommands: boolean): Verdict {
  if (endedRightly(ending)) return { sign: '✔', tone: 'good', remark: undefined };
  const hand = takesCommands ? endedByHand(ending) : undefined;
  return hand === undefined
    ? { sign: '✘', tone: 'bad', remark: whatIsWrong(ending) }
    : { sign: '•', tone: 'plain', remark: `${byHand[hand]}, not by its policy.` };
}

const byHand: Readonly<Record<Hand, string>> = {
  command: 'It ended by your command',
  alert: 'It ended by an alert',
  partnerCenter: 'It was ended in Partner Center',
};

const indent = '  ';
const indented = (text: string, width: number): string[] =>
  wrap(text, width - indent.length).map((line) => indent + line);

function whatIsWrong({ build: { rightEnd }, phase, storeStatus, byPolicy }: Ending): string {
  const wrong = [
    ...(phase === rightEnd.phase ? [] : [`Rampart should say ${rightEnd.phase}`]),
    ...(storeStatus === rightEnd.storeStatus ? [] : [`the Store should show ${rightEnd.storeStatus}`]),
    ...(byPolicy ? [] : [`the ${rightEnd.effect} should be the policy’s own`]),
  ];
  return `This is not as it should be: ${wrong.join(', and ')}.`;
}

function harmSentence({ audience, users, crashes, crashesAtOnce }: Harm, halted: boolean): string {
  const reached = `${count(users)} of ${count(audience)} daily users got it and saw ${count(crashes)} crashes${halted ? ' until the halt' : ''}.`;
  return halted
    ? `${reached} Offered to everyone at once, it would have been about ${count(rounded(crashesAtOnce))} in the same time.`
    : reached;
}
type Harm = Ending['harm'];

/** Two significant digits: it is an estimate. */
const rounded = (value: number): number => Number(value.toPrecision(2));

const numbers = new Intl.NumberFormat('en');
const count = (value: number): string => numbers.format(Math.round(value));

const minute = 60_000;
const wholeMinutes = (ms: number): number => Math.floor(ms / minute) * minute;
