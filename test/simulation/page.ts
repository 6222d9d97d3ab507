import stringWidth from 'string-width';
import type { Campaign, Failure } from './campaign.ts';
import { disturbanceKinds, type Planned } from './engine/disturbance.ts';
import type { Side } from './engine/kind.ts';
import { allInvariants } from './invariants/all.ts';
import type { Sweep } from './sweep.ts';

/** What people read at the end. */

const number = new Intl.NumberFormat('en-US');
const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
const sides: readonly Side[] = [...new Set(disturbanceKinds.map(({ side }) => side))];
const right = (text: string, width: number): string => text.padStart(width);

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
    ...sides.flatMap((side) => ['', ...columns(side, campaign)]),
    '',
    ...invariantLines(failures),
    '',
  ].join('\n');
}

/** `name` says which quiet run it was. */
export const sweepLine = (
  name: string,
  { runs, steps, ms, hits, moments, possible, failures }: Sweep,
): string =>
  [
    `A life ${name}: ${number.format(moments)} moments, at which ${number.format(possible)} faults fit.`,
    `${number.format(runs)} runs, ${number.format(steps)} steps in ${(ms / 1000).toFixed(1)} s;`,
    `${number.format(hits)} faults took effect, ${failures.length === 0 ? 'and nothing was broken by any.' : `${failures.length} of them broke something.`}`,
  ].join(' ');

/** The kinds that one side has to do with, two in a row: how many took effect, of how many that were drawn. */
function columns(side: Side, { drawn, hits }: Campaign): string[] {
  const cells = disturbanceKinds
    .filter((kind) => kind.side === side)
    .map(({ name, words }) => {
      const [hit, of] = [hits.get(name) ?? 0, drawn.get(name) ?? 0];
      return `${pad(words, 27)}${right(count(hit), 7)}${right(count(of), 8)}`;
    });
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += 2)
    rows.push(`  ${cells[at]}${at + 1 < cells.length ? `    ${cells[at + 1]}` : ''}`);
  return [`${pad(side, 29)}${right('hit', 7)}${right('drawn', 8)}`, ...rows];
}

const count = (of: number): string => (of === 0 ? '–' : number.format(of));

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

const sayPlanned = ({ at, do: what }: Planned): string => {
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
