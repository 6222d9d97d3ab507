import { writeDuration } from '../../shared/rollout/duration.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { sayList, sayPercentage, sayRate } from '../../shared/rollout/sentence.ts';
import { columns, type Row, wrap } from '../text.ts';
import type { HealthyOutlook, RegressionOutlook } from './outlook.ts';
import type { BetterPlan, Plan } from './plan.ts';
import { isHopeless, type StepOutlook } from './stepOutlook.ts';
import type { Hours } from './trials.ts';

/** A plan for people, no wider than `width` columns where that can be. */
export function pageOf(policy: Policy, plan: Plan, better: Policy | undefined, width: number): string {
  const paragraph = (text: string) => wrap(text, width);
  return [
    paragraph(headingOf(policy, plan)),
    ...plan.remarks.map((remark) => wrap(`Note: ${remark}`, width, 6)),
    '',
    ...columns([regressionHeading, ...plan.regressions.map((each) => regressionRow(policy, each))]),
    paragraph(legend),
    '',
    paragraph(healthyText(plan.healthy, plan)),
    '',
    ...columns([stepHeading, ...plan.steps.map(stepRow)]),
    ...tooLittleIn(plan).map((sentence) => wrap(`! ${sentence}`, width, 2)),
    '',
    ...betterText(policy, plan, better, width),
  ].join('\n');
}

const headingOf = (policy: Policy, { audience, trials, seed }: Plan): string =>
  `Policy "${policy.name}": ${sayPlan(policy)}. ${audience.dailySessions} sessions a day, ${sayRate(audience.crashRate)} of them crash; a build reaches 63 % of whom it is offered in ${audience.adoption}, and what is pushed is known after ${audience.lag}. ${trials} trials for each line, seed ${seed}.`;

/** `5 % for 6h, 25 % for 12h, then finalize`. */
function sayPlan({ steps, pace, finalize }: Policy): string {
  const said = steps.map(({ percentage, bake, maximumBake }) => {
    const most = pace === 'evidence' && maximumBake !== undefined ? ` to ${writeDuration(maximumBake)}` : '';
    return `${sayPercentage(percentage)} for ${writeDuration(bake)}${most}`;
  });
  return `${said.join(', ')}, then ${finalize === 'automatic' ? 'finalize' : 'a person'}`;
}

const regressionHeading: Row = [
  'Crashes',
  'noticed',
  'held',
  'passed',
  'median',
  '90 %',
  'mostly at',
  'extra crashes',
  'least',
];

function regressionRow(
  policy: Policy,
  { ratio, noticed, held, passed, when, noticedAt, extraCrashes, limit }: RegressionOutlook,
): Row {
  return [
    `× ${ratio}`,
    part(noticed),
    part(held),
    part(passed),
    sayHours(when.median),
    sayHours(when.ninety),
    noticed > 0 ? sayPercentage(policy.steps[most(noticedAt)]?.percentage ?? 0) : '–',
    count(extraCrashes),
    count(limit.extraCrashes),
  ];
}

const legend =
  'Median, 90 %: hours until it is noticed, in all trials. Extra crashes: beyond those of a healthy build, until it is noticed or the trial ends, and not after it has passed. Least: what no test can do without.';

const most = (parts: readonly number[]): number => parts.indexOf(Math.max(...parts));

const sayHours = (hours: number | null): string => (hours === null ? '–' : `${Math.round(hours)} h`);

/** A chance; what was seen in some trials is not written as never, nor what failed in some as always. */
function part(chance: number): string {
  const rounded = Math.round(chance * 100);
  if (rounded === 0 && chance > 0) return '< 1 %';
  return rounded === 100 && chance < 1 ? '> 99 %' : `${rounded} %`;
}

const count = (number: number): string => `${Number(number.toPrecision(number < 100 ? 2 : 3))}`;

function healthyText(
  { halted, held, heldFor, unfinished, everyone, end }: HealthyOutlook,
  plan: Plan,
): string {
  const at = (hours: Hours, what: string) =>
    hours.median === null
      ? `It does not come to ${what} in most trials.`
      : `It comes to ${what} after ${sayHours(hours.median)} (90 %: ${hours.ninety === null ? 'not within the trial' : sayHours(hours.ninety)}).`;
  return [
    `A healthy build. ${at(everyone, '100 %')} ${at(end, 'the end')}`,
    `Halted: ${Math.round(halted * plan.trials)} of ${plan.trials}; the policy allows a chance of ${sayRate(plan.falseHaltProbability)}.`,
    `Held for some time after a bake: ${part(held)}${held > 0.5 ? `, for ${sayHours(heldFor.median)} in the median` : ''}. Not ended after ${Math.round(plan.horizonHours / 24)} days: ${part(unfinished)}.`,
  ].join(' ');
}

const stepHeading: Row = ['By the planned end of', 'sessions', 'crashes', 'at × 3', '× 3 noticed'];

const stepRow = ({ percentage, bake, sessions, crashes, noticed }: StepOutlook): Row => [
  `${sayPercentage(percentage)} for ${bake}`,
  count(sessions),
  count(crashes.healthy),
  count(crashes.threefold),
  part(noticed),
];

function tooLittleIn({ audience, steps, tooSmall, regressions }: Plan): string[] {
  const sentences = steps.flatMap(({ tooLittle }) => (tooLittle === undefined ? [] : [tooLittle]));
  return tooSmall ? [...sentences, tooSmallFor(audience, regressions)] : sentences;
}

/** What it would take, if all users had the build. */
function tooSmallFor(
  { dailySessions, crashRate }: Plan['audience'],
  regressions: Plan['regressions'],
): string {
  const threefold = regressions.find(({ ratio }) => ratio === 3);
  const days = (threefold?.limit.crashes ?? 0) / (3 * crashRate * dailySessions);
  return `This app is too small for this plan. With all of its ${dailySessions} sessions a day it takes ${Number(days.toPrecision(2))} days until anybody can tell that a build crashes three times as often. A check with "newSignature" needs only a handful of devices with a failure that is new.`;
}

function betterText(policy: Policy, plan: Plan, proposed: Policy | undefined, width: number): string[] {
  const { better } = plan;
  if (!better || !proposed)
    return [
      wrap(
        isHopeless(plan.steps, policy)
          ? 'No other steps or bakes would tell more of so small an app, so none were tried.'
          : 'No better plan was found among longer bakes, larger first steps, fewer steps and the pace of evidence.',
        width,
      ),
    ];
  const slower = better.takesLonger
    ? 'It takes longer, and nothing as fast was better.'
    : 'It takes no longer.';
  return [
    wrap(
      `A better plan: ${sayList(counted(better.changes))}. ${sayPlan(proposed)}. ${slower} --json has the policy.`,
      width,
    ),
    ...columns([
      ['', 'healthy ends', ...plan.regressions.map(({ ratio }) => `× ${ratio}, 28 d`)],
      comparedRow('as it is', plan),
      comparedRow('better', better),
    ]),
  ];
}

/** A change that is made twice is named once. */
const counted = (changes: readonly string[]): string[] =>
  [...Map.groupBy(changes, (change) => change)].map(([change, { length }]) =>
    length > 1 ? `${change}, and once more` : change,
  );

const comparedRow = (
  name: string,
  { healthy, regressions }: Pick<BetterPlan, 'healthy' | 'regressions'>,
): Row => [
  name,
  sayHours(healthy.end.median),
  ...regressions.map(({ lastingCrashes }) => count(lastingCrashes)),
];
