import type { Evidence } from '../../shared/rollout/evidence.ts';
import { sayPercentage, saySpent, sayTime } from '../../shared/rollout/sentence.ts';
import { wrap } from '../text.ts';
import type { Backtest, Reported } from './backtest.ts';

/** A backtest for people, no wider than `width` columns. */
export function pageOf(
  { policy, start, whatIf, remarks, looks, decisions, end }: Backtest,
  width: number,
): string {
  const title = `Policy "${policy}" from ${sayTime(start)}${whatIf ? ', counts rescaled to its percentages' : ''}`;
  const ending = `${endings[end.kind]} at ${sayTime(end.at)}, at ${sayPercentage(end.percentage)}, after ${looks} looks. ${end.sentence}`;
  return [
    wrap(title, width),
    ...remarks.map((remark) => wrap(`Note: ${remark}`, width, 6)),
    '',
    ...decisions.map((decision) => `${decisionOf(decision, width)}\n`),
    wrap(ending, width),
  ].join('\n');
}

const endings = {
  finalized: 'Finalized',
  halted: 'Halted',
  asked: 'A person is asked',
  dataOver: 'The history ends',
} as const;

function decisionOf(reported: Reported, width: number): string {
  const { at, percentage, kind, sentence, evidence, budgetSpent, commands = [] } = reported;
  const lines = [
    `${sayTime(at)}  ${sayPercentage(percentage).padStart(6)}  ${kind}`,
    `  ${wrap(sentence, width - 2, 2)}`,
    ...evidence.map((each) => `    ${wrap(evidenceOf(each), width - 4, 6)}`),
    `    false-halt budget: ${saySpent(budgetSpent)} spent`,
    ...commands.map((command) => `  ${wrap(`Approved. ${command}`, width - 2, 2)}`),
  ];
  return lines.join('\n');
}

const evidenceOf = ({ check, kind, sentence, onBad }: Evidence): string =>
  `${check}${onBad === 'nothing' ? ' (dry run)' : ''}: ${kind}; ${sentence}`;
