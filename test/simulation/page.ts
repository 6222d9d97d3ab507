import stringWidth from 'string-width';
import { hasEnded, phases as knownPhases } from '../../src/shared/rollout/vocabulary.ts';
import type { Campaign, Tally } from './campaign.ts';
import { disturbanceKinds } from './engine/disturbance.ts';
import type { Side } from './engine/kind.ts';
import { allInvariants } from './invariants/all.ts';
import { hang, number, pad, pageWidth, some } from './lines.ts';
import type { Sweep } from './sweep.ts';

/** What people read at the end of many runs. */

export const summary = (campaign: Campaign, width = pageWidth): string =>
  [
    '',
    ...sentences(campaign).map((sentence) => hang('', sentence, width)),
    '',
    ...disturbanceLines(campaign, width),
    '',
    ...invariantLines(campaign, width),
    '',
  ].join('\n');

/** `name` says which quiet run it was. */
export function sweepLine(name: string, sweep: Sweep, width = pageWidth): string {
  const { runs, steps, ms, hits, moments, possible, failures } = sweep;
  const sentence = [
    `A life ${name}: ${some(moments, 'moment')}, at which ${some(possible, 'fault')} fit.`,
    `${some(runs, 'run')}, ${some(steps, 'step')} in ${sayTime(ms)};`,
    `${some(hits, 'fault')} took effect, ${failures.length === 0 ? 'and nothing was broken by any.' : `${failures.length} of them broke something.`}`,
  ].join(' ');
  return hang('', sentence, width);
}

const sayTime = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function sentences({ seeds, steps, ms, crashes, halts, ...rollouts }: Campaign): string[] {
  const pace = number(Math.round((steps / ms) * 1000));
  const ends = endsOf(rollouts);
  return [
    `${some(seeds, 'seed')}, ${some(steps, 'step')} in ${sayTime(ms)} (${pace} a second)`,
    ends === '' ? 'No rollout was started.' : `${ends}.`,
    ...(ends === '' ? [] : [`Rampart set out to halt ${haltsOf(halts)}${inSeeds(halts, seeds)}.`]),
    `${crashesOf(crashes)}${inSeeds(crashes, seeds)}.`,
  ];
}

const unended: readonly string[] = knownPhases.filter((phase) => !hasEnded(phase));

function endsOf({ phases, haltedElsewhere }: Pick<Campaign, 'phases' | 'haltedElsewhere'>): string {
  const total = [...phases.values()].reduce((sum, count) => sum + count, 0);
  const ends = [...phases]
    .sort(([, a], [, b]) => b - a)
    .map(([phase, count]) => {
      const where = phase === 'halted' ? outside(count, haltedElsewhere) : '';
      return `${number(count)} ${unended.includes(phase) ? 'still ' : ''}${phase}${where}`;
    });
  return total === 0 ? '' : `${some(total, 'rollout')}: ${ends.join(', ')}`;
}

function outside(halted: number, elsewhere: number): string {
  if (elsewhere === 0) return '';
  return elsewhere === halted ? ' (in Partner Center)' : ` (${number(elsewhere)} of them in Partner Center)`;
}

const haltsOf = ({ times }: Tally): string => (times === 0 ? 'none' : some(times, 'rollout'));

function crashesOf({ times }: Tally): string {
  if (times === 0) return 'No instance crashed';
  return times === 1 ? 'An instance crashed once' : `Instances crashed ${some(times, 'time')}`;
}

/** Of one seed alone there is nothing to say. */
const inSeeds = ({ times, seeds }: Tally, of: number): string =>
  times === 0 || of === 1 ? '' : ` in ${number(seeds)} of ${some(of, 'seed')}`;

const legend = 'drawn: how often the seeds chose it; hit: how often that took effect; –: never';
const sides: readonly Side[] = [...new Set(disturbanceKinds.map(({ side }) => side))];
const margin = '  ';
const gap = '    ';

/** Every kind: how many took effect, of how many that were drawn. */
function disturbanceLines(campaign: Campaign, width: number): string[] {
  const columns = columnsOf(campaign, width);
  return [hang('', legend, width), ...sides.flatMap((side) => ['', ...sideLines(side, campaign, columns)])];
}

/** How wide the words are and each count, and whether two kinds find room in a row. */
type Columns = { readonly words: number; readonly count: number; readonly inRow: 1 | 2 };

function columnsOf({ drawn }: Campaign, width: number): Columns {
  const words = Math.max(...disturbanceKinds.map((kind) => stringWidth(kind.words)));
  const count = Math.max(7, ...[...drawn.values()].map((each) => sayCount(each).length + 1));
  const two = margin.length + 2 * (words + 2 * count) + gap.length;
  return { words, count, inRow: width < two ? 1 : 2 };
}

function sideLines(side: Side, { drawn, hits }: Campaign, columns: Columns): string[] {
  const cell = (words: string, hit: string, of: string) =>
    pad(words, columns.words) + hit.padStart(columns.count) + of.padStart(columns.count);
  const cells = disturbanceKinds
    .filter((kind) => kind.side === side)
    .map(({ name, words }) => cell(words, sayCount(hits.get(name)), sayCount(drawn.get(name))));
  const heads = Array.from({ length: columns.inRow }, () => cell('', 'hit', 'drawn')).join(gap);
  return [side + (margin + heads).slice(side.length), ...inRows(cells, columns.inRow)];
}

const sayCount = (of = 0): string => (of === 0 ? '–' : number(of));

const inRows = (cells: readonly string[], inRow: number): string[] =>
  cells.flatMap((_, at) => (at % inRow === 0 ? [margin + cells.slice(at, at + inRow).join(gap)] : []));

function invariantLines({ seeds, failures }: Campaign, width: number): string[] {
  const invariants = allInvariants();
  const known = invariants.map(({ name, sentence }) => {
    const broken = failures.filter(({ violation }) => violation.invariant === name).length;
    const said =
      broken === 0 ? sentence : `${sentence} Broken${inSeeds({ times: broken, seeds: broken }, seeds)}.`;
    return hang(`  ${broken === 0 ? '✓' : '✗'} ${name.padEnd(4)} `, said, width);
  });
  const others = failures.filter(
    ({ violation }) => !invariants.some(({ name }) => name === violation.invariant),
  );
  return ['invariants', ...known, ...others.map(({ violation }) => hang('  ✗ ', violation.message, width))];
}
