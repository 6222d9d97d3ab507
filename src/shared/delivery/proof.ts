import { sayPercentage } from '../rollout/sentence.ts';
import type { Delivery, Expected } from './delivery.ts';
import type { SeenPackage, SeenSubmission } from './observed.ts';
import { type DraftPlan, listed, sameName } from './plan.ts';

/**
 * What the Store shows, beside what was asked for. Its own answers prove little: it has been seen to take a change with a
 * success and to ignore it, and to drop packages later without a word.
 */

/**
 * Whether the percentage shown is the one asked for. Whether the Store keeps decimals is not known: one that it rounded
 * down still is, one that reaches more users than were asked for never.
 */
export const asAsked = (asked: number, shown: number): boolean =>
  Math.abs(asked - shown) < 0.001 || (shown > 0 && shown === Math.floor(asked));

/** How the package rollout differs, as a sentence's end. */
export function rolloutDifference(asked: number, rollout: SeenSubmission['rollout']): string | undefined {
  if (!rollout?.enabled) return `it shows no gradual rollout where ${sayPercentage(asked)} was asked for`;
  return asAsked(asked, rollout.percentage)
    ? undefined
    : `it shows a rollout at ${sayPercentage(rollout.percentage)} where ${sayPercentage(asked)} was asked for`;
}

/** How a draft differs from its plan. */
export function draftDifferences(plan: DraftPlan, draft: SeenSubmission): string[] {
  return [
    rolloutDifference(plan.percentage, draft.rollout),
    ...draftPackages(plan.expected, draft.packages),
    ...publishing(plan, draft),
  ].filter((difference) => difference !== undefined);
}

function draftPackages({ kept, removed, added }: Expected, packages: readonly SeenPackage[]): string[] {
  const has = (id: string, deleted: boolean) =>
    packages.some((one) => one.id === id && (one.fileStatus === 'PendingDelete') === deleted);
  const awaited = packages.filter(({ id, fileStatus }) => id === '' && fileStatus === 'PendingUpload');
  const isKnown = (id: string) => removed.includes(id) || kept.some((one) => one.id === id);
  const others = packages.filter(
    ({ id, fileStatus }) => id !== '' && fileStatus !== 'PendingDelete' && !isKnown(id),
  );
  const isAdded = (name: string) => awaited.some(({ fileName }) => fileName === name);
  return [
    ...kept.filter(({ id }) => !has(id, false)).map(({ fileName }) => `it does not keep ${fileName}`),
    ...removed.filter((id) => has(id, false)).map((id) => `it does not remove package ${id}`),
    ...(others.length > 0 ? [`it has ${listed(others)}, which was not asked for`] : []),
    ...added.filter((name) => !isAdded(name)).map((name) => `it does not await ${name}`),
    ...awaited
      .filter(({ fileName }) => !added.includes(fileName))
      .map(({ fileName }) => `it awaits ${fileName}, which was not asked for`),
  ];
}

function publishing(plan: DraftPlan, draft: SeenSubmission): (string | undefined)[] {
  const date = typeof plan.publishMode === 'object' ? plan.publishMode.date : undefined;
  return [
    modeDifference(plan.publishMode, draft),
    date === undefined || sameTime(draft.publishDate, date)
      ? undefined
      : `its publish date is ${draft.publishDate ?? 'absent'} and not ${date.toISOString()}`,
    mandatoryDifference(plan.mandatoryFrom, draft.mandatory),
    plan.notes === undefined || plan.notes === draft.notes ? undefined : 'its notes for certification differ',
  ];
}

function mandatoryDifference(
  asked: Date | undefined,
  shown: SeenSubmission['mandatory'],
): string | undefined {
  if (asked === undefined) return shown ? 'it is a mandatory update, which was not asked for' : undefined;
  return shown && sameTime(shown.from, asked)
    ? undefined
    : `it is not mandatory from ${asked.toISOString()} on`;
}

/** How a committed submission differs in when it is published, and for whom: the Store keeps dates in its own way, so they are not compared. */
export function optionDifferences({ ask }: Pick<Delivery, 'ask'>, shown: SeenSubmission): string[] {
  const mandatory = ask.mandatoryUpdate !== undefined;
  return [
    modeDifference(ask.publishMode, shown),
    (shown.mandatory !== undefined) === mandatory
      ? undefined
      : `it is ${mandatory ? 'no' : 'a'} mandatory update`,
  ].filter((difference) => difference !== undefined);
}

function modeDifference(
  asked: DraftPlan['publishMode'],
  { publishMode: shown }: SeenSubmission,
): string | undefined {
  const mode = typeof asked === 'object' ? 'SpecificDate' : asked;
  return shown === mode ? undefined : `its publish mode is ${shown ?? 'absent'} and not ${mode}`;
}

const sameTime = (shown: string | undefined, asked: Date): boolean =>
  shown !== undefined && Math.abs(Date.parse(shown) - asked.getTime()) < 1_000;

/** Archives for the Store's upload, which may come out of its processing under the names of what they hold. */
const isUpload = (name: string): boolean => /\.(msix|appx)upload$/i.test(name);

/** How the packages differ from what was expected, once the Store has processed them. */
export function processedDifferences(
  { kept, removed, added }: Expected,
  packages: readonly SeenPackage[],
): string[] {
  const present = packages.filter(({ id, fileStatus }) => id !== '' && fileStatus !== 'PendingDelete');
  const keptIds = kept.map(({ id }) => id);
  const lost = kept.filter(({ id }) => !present.some((one) => one.id === id));
  const stayed = present.filter(({ id }) => removed.includes(id));
  const fresh = present.filter(({ id }) => !keptIds.includes(id) && !removed.includes(id));
  return [
    ...(lost.length > 0 ? [`${listed(lost)} was to stay and is gone`] : []),
    ...(stayed.length > 0 ? [`${listed(stayed)} was to go and is still there`] : []),
    ...newDifferences(added, fresh),
  ];
}

function newDifferences(added: readonly string[], fresh: readonly SeenPackage[]): string[] {
  const missing = added.filter((name) => !fresh.some(({ fileName }) => sameName(fileName, name)));
  const extra = fresh.filter(({ fileName }) => !added.some((name) => sameName(fileName, name)));
  const unpacked = missing.filter(isUpload);
  const dropped = missing.filter((name) => !isUpload(name));
  const few = unpacked.length > extra.length ? unpacked : [];
  return [
    ...[...dropped, ...few].map((name) => `${name} was uploaded and is missing`),
    ...(unpacked.length === 0 && extra.length > 0 ? [`${listed(extra)} was not asked for`] : []),
  ];
}
