import stringWidth from 'string-width';
import type { Campaign, Failure } from './campaign.ts';
import type { DisturbanceKind, Planned } from './engine/disturbance.ts';
import { allInvariants } from './invariants/all.ts';

/** What people read at the end. */

const number = new Intl.NumberFormat('en-US');
const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
const right = (text: string, width: number): string => text.padStart(width);

/** Disturbances by whose fault they are, each with the words of a reader. */
const groups: readonly {
  readonly title: string;
  readonly kinds: Partial<Record<DisturbanceKind, string>>;
}[] = [
  {
    title: 'tables and queues',
    kinds: {
      busy: 'refused, busy',
      lostBefore: 'lost on the way',
      lostAfter: 'timeout after the write',
      repeated: 'sent twice by the SDK',
      late: 'arrived late',
      slow: 'answered late',
      tablesDown: 'out of order for minutes',
      deliveredTwice: 'message given to two',
      notDeleted: 'message came again',
      firesTwice: 'timer fired in two',
    },
  },
  {
    title: 'the Store',
    kinds: {
      throttled: '429',
      status503: '503',
      status500: '500',
      gateway504: '504, not applied',
      gateway504Applied: '504, applied',
      gateway504Later: '504, applied later',
      dropped: 'connection lost',
      droppedApplied: 'connection lost, applied',
      delayed: 'arrived late',
      answeredLate: 'applied, answered late',
      malformed: 'answer cut in two',
      unauthorized: '401, token revoked',
      emptyNotFound: '404 without a word',
      echo: 'error that shows secrets',
      storeDown: 'down for minutes',
    },
  },
  {
    title: 'instances',
    kinds: { crashBefore: 'crash before an effect', crashAfter: 'crash after an effect', frozen: 'frozen' },
  },
  {
    title: 'people',
    kinds: {
      halt: 'halt',
      finalize: 'finalize',
      pause: 'pause',
      shortPause: 'pause with an end',
      acknowledge: 'acknowledge',
      alertHalts: 'alert that halts',
      alertHolds: 'alert that holds',
      alertResolved: 'alert resolved',
      resume: 'resume',
      approve: 'approve',
      cap: 'cap',
      uncap: 'cap lifted',
      restart: 'start once more',
      portalHalt: 'halt in Partner Center',
      portalFinalize: 'finalize in Partner Center',
      portalPercentage: 'percentage in Partner Center',
      portalReplace: 'newer submission',
      harm: 'build turns bad',
      silence: 'telemetry falls silent',
    },
  },
];

export function summary(campaign: Campaign): string {
  const { seeds, steps, ms, crashes, halts, phases, failures } = campaign;
  const ended = [...phases]
    .sort(([, a], [, b]) => b - a)
    .map(([phase, count]) => `${number.format(count)} ${phase}`);
  return [
    '',
    `${number.format(seeds)} seeds, ${number.format(steps)} steps in ${(ms / 1000).toFixed(1)} s (${number.format(Math.round((steps / ms) * 1000))} a second)`,
    `rollouts: ${ended.join(', ')}; ${number.format(halts)} had a halt; ${number.format(crashes)} instances crashed`,
    '',
    ...groups.flatMap(({ title, kinds }) => ['', ...columns(title, kinds, campaign)]),
    '',
    ...invariantLines(failures),
    '',
  ].join('\n');
}

function columns(
  title: string,
  kinds: Partial<Record<DisturbanceKind, string>>,
  { hits }: Campaign,
): string[] {
  const cells = Object.entries(kinds).map(([kind, words]) => {
    const count = hits.get(kind as DisturbanceKind) ?? 0;
    return `${pad(words, 28)}${right(count === 0 ? '–' : number.format(count), 8)}`;
  });
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += 2)
    rows.push(`  ${cells[at]}${at + 1 < cells.length ? `    ${cells[at + 1]}` : ''}`);
  return [title, ...rows];
}

function invariantLines(failures: readonly Failure[]): string[] {
  const known = allInvariants().map(({ name, sentence }) => {
    const broken = failures.filter(({ violation }) => violation.invariant === name).length;
    return `  ${broken === 0 ? '✓' : '✗'} ${name.padEnd(4)} ${sentence}${broken > 0 ? ` Broken by ${broken} of the seeds.` : ''}`;
  });
  const others = failures.filter(
    ({ violation }) => !allInvariants().some(({ name }) => name === violation.invariant),
  );
  return ['invariants', ...known, ...others.map(({ violation }) => `  ✗ ${violation.message}`)];
}

export const sayPlanned = ({ at, do: what }: Planned): string => {
  const { kind, ...rest } = what;
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return `${pad(at, 36)} ${kind}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
};

export function failurePage({ seed, violation, schedule, drawn, story }: Failure, lines = 40): string {
  const shown = story.slice(-lines);
  return [
    '',
    `Seed ${seed} breaks ${violation.invariant}: ${violation.message}`,
    '',
    `The shortest schedule found, ${schedule.length} of ${drawn} disturbances:`,
    ...schedule.map((planned) => `  ${sayPlanned(planned)}`),
    '',
    `What happened${shown.length < story.length ? ` (the last ${shown.length} of ${story.length} lines)` : ''}:`,
    ...shown.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
