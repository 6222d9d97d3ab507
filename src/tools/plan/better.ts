import type { Policy } from '../../shared/rollout/policy.ts';
import type { Audience } from './audience.ts';
import { harmOf, type Outlook, outlookOf, timeOf } from './outlook.ts';
import { type Variation, variationsOf } from './variations.ts';

/** A plan that harms fewer users, and whether it takes longer than the present one. */
export type Better = Variation & { readonly outlook: Outlook; readonly takesLonger: boolean };

type Tried = Variation & { readonly outlook: Outlook };

/** Less harm than this part of the present harm is worth a change of plan. */
const worthwhile = 0.9;
/** Nobody takes a plan for better that is so many times as slow. */
const slowest = 2.5;
/** A difference in time that is none. */
const alike = 1.02;

/**
 * Looks for a better plan among the changes of the present one, and then among the changes of the best of them. What it
 * finds with few trials has to hold with as many as the present plan had.
 *
 * @param few how many trials each variation gets
 */
export function betterPlan(
  policy: Policy,
  audience: Audience,
  present: Outlook,
  seed: number,
  { few, many }: { few: number; many: number },
): Better | undefined {
  const attempt = ({ policy: tried, changes }: Variation): Tried => ({
    policy: tried,
    changes,
    outlook: outlookOf(tried, audience, seed, few),
  });
  const asIs = attempt({ policy, changes: [] });
  const first = variationsOf(asIs).map(attempt);
  const leader = best(first, asIs.outlook);
  const second = leader ? variationsOf(leader).map(attempt) : [];
  const found = best([...first, ...second], asIs.outlook);
  if (!found) return undefined;
  const outlook = outlookOf(found.policy, audience, seed, many);
  const { policy: proposed, changes } = found;
  const takesLonger = !isAsFast(outlook, present);
  return isLessHarmful(outlook, present) ? { policy: proposed, changes, outlook, takesLonger } : undefined;
}

/** The least harmful of those that take no longer; only if there is none, of those that do. */
function best(tried: readonly Tried[], present: Outlook): Tried | undefined {
  const better = tried.filter(({ outlook }) => isLessHarmful(outlook, present) && ends(outlook, present));
  const fast = better.filter(({ outlook }) => isAsFast(outlook, present));
  const slower = better.filter(({ outlook }) => timeOf(outlook) <= slowest * timeOf(present));
  return (fast.length > 0 ? fast : slower).toSorted((a, b) => harmOf(a.outlook) - harmOf(b.outlook))[0];
}

const isLessHarmful = (outlook: Outlook, present: Outlook): boolean =>
  harmOf(outlook) < worthwhile * harmOf(present);

const isAsFast = (outlook: Outlook, present: Outlook): boolean => timeOf(outlook) <= alike * timeOf(present);

/** A plan under which healthy builds get stuck harms nobody, and is none. */
const ends = ({ healthy }: Outlook, { healthy: present }: Outlook): boolean =>
  healthy.unfinished <= present.unfinished && healthy.halted <= present.halted;
