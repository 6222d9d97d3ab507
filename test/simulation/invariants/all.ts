import type { Invariant } from '../facts.ts';
import { gatesAreApproved } from './approvals.ts';
import { theBudgetHolds } from './budget.ts';
import { haltsAreKept } from './confirmed.ts';
import { raisesAreEarned, silenceHolds } from './evidence.ts';
import { nothingOvertakesAHalt } from './halted.ts';
import { everythingIsJournaled } from './journal.ts';
import { linksWorkOnce } from './links.ts';
import { peopleAreTold } from './notices.ts';
import { percentagesOnlyRise } from './percentages.ts';
import { noneIsForgotten } from './remembered.ts';
import { nothingIsRepeatedBlindly } from './repeats.ts';
import { secretsStaySecret } from './secrets.ts';
import { oneRolloutPerTrack } from './tracks.ts';

/** I1 to I10 of the design, that people are told, that they are asked, and that no rollout is forgotten, each with a memory of its own for one run. */
export const allInvariants = (): readonly Invariant[] => [
  nothingOvertakesAHalt(),
  percentagesOnlyRise(),
  raisesAreEarned(),
  haltsAreKept(),
  everythingIsJournaled(),
  nothingIsRepeatedBlindly(),
  secretsStaySecret(),
  theBudgetHolds(),
  silenceHolds(),
  oneRolloutPerTrack(),
  peopleAreTold(),
  gatesAreApproved(),
  noneIsForgotten(),
  linksWorkOnce(),
];
