import { z } from 'zod';
import { type Drawing, kind } from './kind.ts';
import type { MomentKind } from './plan.ts';

/** People carry them out (`app/people.ts`), and it shows later what came of it. */
const common = { side: 'people', effect: () => {} } as const;
/** Whatever a run reaches outside for is a moment for people, too. */
const anytime: readonly MomentKind[] = [
  'tableRead',
  'tableWrite',
  'queue',
  'storeRead',
  'storeChange',
  'people',
];

/** `rollout` counts the rollouts of the run from 0. */
const toRollout = { rollout: z.number().int() };

const deed = <const Name extends string>(name: Name, words: string) =>
  kind(name, {
    ...{ ...common, words, at: anytime, fields: toRollout },
    draw: ({ rollout }: Drawing) => ({ rollout }),
  });

const setting = <const Name extends string>(name: Name, words: string) =>
  kind(name, {
    ...{ ...common, words, at: anytime, fields: { ...toRollout, percentage: z.number() } },
    draw: ({ draws, at, rollout }: Drawing) => ({
      rollout,
      percentage: draws.pick([5, 10, 20, 35, 50, 75, 100], at, 'percentage'),
    }),
  });

/** What people and their monitoring do, with Rampart or, `portal…`, behind its back in Partner Center. */
export const deeds = [
  deed('halt', 'halt'),
  deed('finalize', 'finalize'),
  deed('pause', 'pause'),
  deed('shortPause', 'pause with an end'),
  deed('resume', 'resume'),
  deed('acknowledge', 'acknowledge'),
  deed('alertHalts', 'alert that halts'),
  deed('alertHolds', 'alert that holds'),
  deed('alertResolved', 'alert resolved'),
  deed('approve', 'approve'),
  deed('linkApproves', 'approve link followed'),
  deed('linkHalts', 'halt link followed'),
  /** By then the rollout may have left the step that it is for, or have ended. */
  deed('linkLate', 'link followed late'),
  deed('linkExpired', 'expired link followed'),
  setting('cap', 'cap'),
  deed('uncap', 'cap lifted'),
  deed('restart', 'start once more'),
  deed('portalHalt', 'halt in Partner Center'),
  deed('portalFinalize', 'finalize in Partner Center'),
  deed('portalReplace', 'newer submission'),
  setting('portalPercentage', 'percentage in Partner Center'),
  /** From now on telemetry says that the build fails. */
  deed('harm', 'build turns bad'),
  /** From now on telemetry says nothing. */
  deed('silence', 'telemetry falls silent'),
] as const;

const [halt] = deeds;
/** Chance gives a halt three times where it gives another deed once. */
export const drawnDeeds = [halt, halt, ...deeds];
