import { deeds } from './engine/deeds.ts';
import { type DisturbanceKind, disturbanceSchema, faultKinds, type Planned } from './engine/disturbance.ts';
import { clockMoment } from './engine/plan.ts';
import { type Life, lives } from './lives.ts';
import { faultsAt, quietRun } from './sweep.ts';

/** A run in which a disturbance of this kind has to take effect. */
export type Placed = {
  readonly kind: DisturbanceKind;
  readonly seed: string;
  readonly schedule: readonly Planned[];
};

/** What some deeds need before they can come to something, and the minutes of both. The others can when the first step is reached. */
const orders: Partial<Record<DisturbanceKind, readonly (readonly [number, DisturbanceKind])[]>> = {
  resume: [
    [25, 'pause'],
    [28, 'resume'],
  ],
  uncap: [
    [25, 'cap'],
    [28, 'uncap'],
  ],
  alertResolved: [
    [25, 'alertHolds'],
    [28, 'alertResolved'],
  ],
  // People are told of a halt that the Store does not carry out.
  acknowledge: [
    [25, 'storeDown'],
    [26, 'halt'],
    [38, 'acknowledge'],
  ],
  // It goes past no approval that is still to come, and the last step wants one, too.
  finalize: [
    [30, 'approve'],
    [40, 'approve'],
    [50, 'approve'],
    [53, 'finalize'],
  ],
  // The step has baked, and waits for it.
  approve: [[40, 'approve']],
  linkApproves: [[40, 'linkApproves']],
  linkLate: [[40, 'linkLate']],
};

/** For each kind one run of a life: with a fault at the first moment that it fits, or with a deed when it is possible. */
export async function placed(): Promise<Placed[]> {
  const [life] = lives;
  if (!life) throw new Error('there is a life');
  return [
    ...(await faultsIn(life)),
    ...deeds.map(({ name }) => ({ kind: name, seed: life.seed, schedule: told(name) })),
  ];
}

async function faultsIn({ seed, deeds }: Life): Promise<Placed[]> {
  const { moments } = await quietRun({ seed, deeds });
  const possible = moments.flatMap((moment) => faultsAt(seed, moment));
  return faultKinds.map(({ name }) => {
    const first = possible.find((fault) => fault.do.kind === name);
    return { kind: name, seed, schedule: [...deeds, ...(first ? [first] : [])] };
  });
}

const told = (kind: DisturbanceKind): readonly Planned[] =>
  (orders[kind] ?? [[28, kind]]).map(([minute, each]) => ({
    at: clockMoment(minute),
    do: disturbanceSchema.parse({ kind: each, rollout: 0, percentage: 50, ms: 20 * 60_000 }),
  }));
