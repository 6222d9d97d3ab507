import { sayList } from '../rollout/sentence.ts';
import { askedPercentage, type Delivery, type Expected } from './delivery.ts';
import type { SeenPackage, SeenSubmission } from './observed.ts';
import { mostPackages } from './vocabulary.ts';

/** What the draft is to become. */
export type DraftPlan = {
  readonly percentage: number;
  readonly expected: Expected;
  readonly publishMode: 'Immediate' | 'Manual' | { readonly date: Date };
  readonly mandatoryFrom: Date | undefined;
  readonly notes: string | undefined;
};

type Planned =
  | { readonly kind: 'plan'; readonly plan: DraftPlan }
  | { readonly kind: 'impossible'; readonly sentence: string };

const isThere = ({ id, fileStatus }: SeenPackage): boolean => id !== '' && fileStatus !== 'PendingDelete';
const inherited = ({ id }: SeenPackage): boolean => id !== '';

/** The packages that a submission made from this one would inherit. */
export const inheritedBy = ({ packages }: Pick<SeenSubmission, 'packages'>): SeenPackage[] =>
  packages.filter(isThere);

/** What the draft's packages, rollout and the rest are to be, or why that cannot be. */
export function planDraft(delivery: Delivery, draft: Pick<SeenSubmission, 'packages'>): Planned {
  const { existingPackages } = delivery.ask;
  const present = draft.packages.filter(inherited);
  const added = delivery.content?.files.map(({ fileName }) => fileName) ?? [];
  const removed = removedIds(existingPackages, present);
  const kept = present.filter((one) => isThere(one) && !removed.includes(one.id));
  const problem = problemWith({ existingPackages, present, kept, added });
  if (problem !== undefined) return { kind: 'impossible', sentence: problem };
  const expected = { kept: kept.map(({ id, fileName }) => ({ id, fileName })), removed, added };
  return { kind: 'plan', plan: planFor(delivery, expected) };
}

/** The plan with these packages. */
export function planFor(delivery: Delivery, expected: Expected): DraftPlan {
  const { publishMode, mandatoryUpdate, notesForCertification: notes } = delivery.ask;
  const percentage = askedPercentage(delivery);
  return { percentage, expected, publishMode, mandatoryFrom: mandatoryUpdate?.from, notes };
}

function removedIds(rule: Delivery['ask']['existingPackages'], present: readonly SeenPackage[]): string[] {
  if (rule === 'keep') return present.filter((one) => !isThere(one)).map(({ id }) => id);
  return rule === 'replace' ? present.map(({ id }) => id) : [...new Set(rule.remove)];
}

function problemWith(packages: {
  existingPackages: Delivery['ask']['existingPackages'];
  present: readonly SeenPackage[];
  kept: readonly SeenPackage[];
  added: readonly string[];
}): string | undefined {
  const { existingPackages, present, kept, added } = packages;
  const named = typeof existingPackages === 'object' ? existingPackages.remove : [];
  const unknown = named.filter((id) => !present.some((one) => one.id === id));
  if (unknown.length > 0)
    return `There is no package ${sayList(unknown)} to remove; the track has ${listed(present)}.`;
  const twice = kept.filter(({ fileName }) => added.some((name) => sameName(name, fileName)));
  if (twice.length > 0)
    return `The track has a package of the same file name already: ${listed(twice)}. Remove it, or give the new file another name.`;
  if (kept.length + added.length > mostPackages)
    return `${kept.length} packages that stay and ${added.length} new ones are more than the ${mostPackages} that a track may have. Remove some of ${listed(kept)}.`;
  return undefined;
}

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Packages with their ids, as a list for people. */
export const listed = (packages: readonly { readonly id: string; readonly fileName: string }[]): string =>
  packages.length === 0 ? 'none' : packages.map(({ id, fileName }) => `${fileName} (${id})`).join(', ');
