import { markdownTable } from '../table.ts';
import { type Cell, regressions, scenarioKeys, scenarios, volumes } from './field.ts';
import type { FieldRow, Outcome, Trials } from './fieldTable.ts';
import { alpha } from './limitTable.ts';
import { isSame, type Kept, keepers, keptPromises, type RowVerdict, rowVerdicts } from './verdicts.ts';

/** The second table, as a part of the page. */
export const fieldPart = (rows: readonly FieldRow[], trials: Trials): string[] => [
  '## In the field',
  `A rollout of 5-10-25-50-100 % with a day each. Within a step the candidate’s share of the sessions nears the percentage with a time constant of 12 h. Users crash in 0.5 % of their sessions; counts of an hour are seen 3 h after it; a person would allow 1 %, for rules that must be told. All rules are played on the same rollouts, ${count(trials.healthy)} with a healthy build and ${count(trials.regression)} with each regression, per cell.`,
  ...falseHaltGoal(keptPromises(rows)),
  ...peerGoal(rows),
  '### All figures',
  'False halts: the part of the healthy builds that is halted, and the upper bound of Clopper and Pearson at 95 %. For each regression: the part that is halted / the median hour of the halt / the mean number of harmed users. Harmed users are the crashes that users would not have had with a healthy build, until the halt or the end of hour 120.',
  ...volumes.flatMap((sessionsPerHour) =>
    scenarioKeys.flatMap((scenario) => [
      `#### ${sayCell({ sessionsPerHour, scenario })}`,
      cellTable(rows.filter((row) => isSame(row.cell, { sessionsPerHour, scenario }))),
    ]),
  ),
];

const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');
const sayCell = ({ sessionsPerHour, scenario }: Cell): string =>
  `${count(sessionsPerHour)} sessions an hour, ${scenarios[scenario].name}`;
const sayHarm = (users: number): string => users.toFixed(users < 99.95 ? 1 : 0);
const sayPart = (part: number): string => part.toFixed(5);

function falseHaltGoal(kept: readonly Kept[]): string[] {
  const rows = volumes.map((volume) => [
    count(volume),
    ...scenarioKeys.map((scenario) => {
      const found = kept.find(({ cell }) => isSame(cell, { sessionsPerHour: volume, scenario }));
      return found ? `${sayPart(found.rate)} (≤ ${sayPart(found.atMost)}) ${found.verdict}` : '';
    }),
  ]);
  const of = (verdict: Kept['verdict']) => kept.filter((each) => each.verdict === verdict).length;
  return [
    '### Goal: false halts of Rampart at most α in every column',
    `α = ${alpha}. **${of('broken') === 0 ? 'Met' : 'Not met'}**: ${of('shown')} of ${kept.length} columns are at most α with their 95 % bound (shown), ${of('open')} with their count only (open), ${of('broken')} not (broken).`,
    markdownTable([['sessions an hour', ...scenarioKeys.map((key) => scenarios[key].name)], ...rows], [0]),
  ];
}

function peerGoal(rows: readonly FieldRow[]): string[] {
  const verdicts = rowVerdicts(rows);
  const beaten = verdicts.filter(({ betterOnBoth }) => betterOnBoth.length > 0);
  const outdone = verdicts.filter(({ betterAtAlpha }) => betterAtAlpha.length > 0);
  return [
    '### Goal: no other rule better on both false halts and harmed users, in any row',
    `A row is a column of the table and one regression; there are ${verdicts.length}. **${beaten.length === 0 ? 'Met' : 'Not met'}**: in ${beaten.length} of them a rule has both fewer false halts and fewer harmed users than Rampart${beaten.length === 0 ? '.' : ':'}`,
    ...(beaten.length === 0 ? [] : [rivalsTable(beaten, 'betterOnBoth')]),
    `Stricter than asked: in ${outdone.length} rows a rule harms fewer users while its own false halts in that column, counted, are at most α too. “Worst” is what the same rule does to healthy builds in the column that suits it least. Over all columns, only ${keepers(rows).join(' and ')} stay at α or below.`,
    ...(outdone.length === 0 ? [] : [rivalsTable(outdone, 'betterAtAlpha')]),
  ];
}

function rivalsTable(verdicts: readonly RowVerdict[], which: 'betterOnBoth' | 'betterAtAlpha'): string {
  const heading = [
    ...[
      'sessions an hour',
      'data',
      'build',
      'Rampart harms',
      'best other rule',
      'harms',
      'fewer by (± 2 s.e.)',
    ],
    ...['its false halts', 'worst', 'others, and what they harm'],
  ];
  const rows = verdicts.flatMap(({ cell, ratio, harmed, [which]: [best, ...others] }) =>
    best
      ? [
          [
            ...[count(cell.sessionsPerHour), scenarios[cell.scenario].name, `×${ratio}`, sayHarm(harmed)],
            ...[
              best.rule,
              sayHarm(best.harmed),
              `${sayHarm(-best.excess)} ± ${sayHarm(2 * best.excessError)}`,
            ],
            ...[sayPart(best.falseHalts), sayPart(best.worstFalseHalts)],
            others.map((other) => `${other.rule}: ${sayHarm(other.harmed)}`).join('; ') || '–',
          ],
        ]
      : [],
  );
  return markdownTable([heading, ...rows], [0, 2, 3, 5, 6, 7, 8]);
}

function cellTable(rows: readonly FieldRow[]): string {
  const heading = ['rule', 'false halts', 'at most', ...regressions.map((ratio) => `×${ratio}`)];
  return markdownTable(
    [
      heading,
      ...rows.map(({ rule, falseHalts, outcomes }) => [
        rule,
        sayPart(falseHalts.rate),
        sayPart(falseHalts.atMost),
        ...outcomes.map(sayOutcome),
      ]),
    ],
    heading.flatMap((_, column) => (column > 0 ? [column] : [])),
  );
}

const sayOutcome = ({ halted, medianHour, harmed }: Outcome): string =>
  `${halted.toFixed(2)} / ${medianHour === undefined ? '–' : `${medianHour} h`} / ${sayHarm(harmed)}`;
