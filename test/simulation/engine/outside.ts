import { noAnswer, tableError } from '../memory/errors.ts';
import type { Carry, Operation } from '../memory/table.ts';
import type { Clockwork, Owner } from './clockwork.ts';
import type { Deed, Disturbance, InstanceFault, Outage, StorageFault } from './disturbance.ts';
import type { Draws } from './draws.ts';
import { currentInvocation, type Invocation } from './invocation.ts';
import type { MomentKind, Plan } from './plan.ts';

/** What the outside needs of the run that it is part of. */
export type Run = {
  readonly clockwork: Clockwork;
  readonly draws: Draws;
  readonly plan: Plan;
  readonly rollouts: () => number;
  readonly act: (deed: Deed, at: string) => void;
  readonly crash: (owner: Owner) => void;
  /** For so long from now on somebody cannot work on: the tables and queues are down, or an instance is frozen. */
  readonly onStandstill: (ms: number) => void;
};

type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

/** Everything between an instance and the services: time on the way, faults, crashes and outages. */
export class Outside {
  readonly run: Run;
  /**
   * The timeouts that have not come. Node keeps signals that somebody listens to, and with them all that the listeners
   * reach, until they abort.
   */
  readonly timeouts = new Set<AbortController>();
  readonly #counts = new Map<string, number>();
  readonly #downUntil = { storeDown: 0, tablesDown: 0 };

  constructor(run: Run) {
    this.run = run;
  }

  /** When the last outage ends, or has ended. */
  get downUntil(): number {
    return Math.max(this.#downUntil.storeDown, this.#downUntil.tablesDown);
  }

  isDown(what: Outage['kind']): boolean {
    return this.run.clockwork.now() < this.#downUntil[what];
  }

  /** The next moment of its name: `i1 due.list #3`. */
  moment(owner: Owner, name: string): string {
    const label = `${owner.name} ${name}`;
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    return `${label} #${count}`;
  }

  /** What disturbs the moment. Deeds and what stops an instance happen here; what is left is for the caller. */
  disturb(at: string, kind: MomentKind, owner: Owner): Disturbance | undefined {
    const { plan, rollouts, act, clockwork } = this.run;
    let left: Disturbance | undefined;
    for (const each of plan.disturbances({ at, kind, rollouts: rollouts() })) {
      if (isDeed(each)) act(each, at);
      else if (each.kind === 'frozen') {
        owner.frozenUntil = clockwork.now() + each.ms;
        this.run.onStandstill(each.ms);
      } else if (each.kind === 'storeDown' || each.kind === 'tablesDown')
        this.#downUntil[each.kind] = clockwork.now() + each.ms;
      else left = each;
    }
    return left;
  }

  /** The way of the operations of one instance on one table or queue. */
  carrierOf(owner: Owner, name: string): Carry {
    return (operation, effect) => {
      const at = this.moment(owner, `${name}.${operation.name}`);
      const kind = momentKindOf(name, operation);
      return this.#carry(owner, at, kind, effect);
    };
  }

  #carry<Answer>(owner: Owner, at: string, kind: MomentKind, effect: () => Answer): Promise<Answer> {
    const { clockwork, draws } = this.run;
    const invocation = currentInvocation(at);
    const wayMs = 2 + 20 * draws.coarse(at, 'way');
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const answer = (outcome: Outcome<Answer>, extraMs = 0): void => {
      clockwork.after(wayMs + extraMs, owner, () =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.answer),
      );
    };
    // What is on its way arrives, also from an instance that is gone by then.
    clockwork.after(wayMs, undefined, () => {
      const fault = this.disturb(at, kind, owner);
      const isDown = kind !== 'people' && this.isDown('tablesDown');
      if (isDown) {
        this.run.onStandstill(0);
        answer({ error: tableError('ServerBusy') });
      } else this.#arrive(owner, fault, () => this.#actingFor(invocation, effect), answer);
    });
    return promise;
  }

  /** In whose name something happens at a service at this moment. */
  acting: Invocation | undefined;

  #actingFor<Answer>(invocation: Invocation, effect: () => Answer): Outcome<Answer> {
    this.acting = invocation;
    try {
      return { answer: effect() };
    } catch (error) {
      return { error };
    } finally {
      this.acting = undefined;
    }
  }

  #arrive<Answer>(
    owner: Owner,
    fault: Disturbance | undefined,
    effect: () => Outcome<Answer>,
    answer: (outcome: Outcome<Answer>, extraMs?: number) => void,
  ): void {
    const { clockwork, crash } = this.run;
    switch (fault && isOfStorage(fault) ? fault.kind : undefined) {
      case undefined:
        answer(effect());
        break;
      case 'busy':
        answer({ error: tableError('ServerBusy') });
        break;
      case 'lostBefore':
        answer({ error: noAnswer() });
        break;
      case 'lostAfter':
        effect();
        answer({ error: noAnswer() });
        break;
      case 'repeated':
        effect();
        answer(effect(), 1_000);
        break;
      case 'late':
        clockwork.after(lengthOf(fault), undefined, () => answer(effect()));
        break;
      case 'slow':
        answer(effect(), lengthOf(fault));
        break;
      case 'crashBefore':
        crash(owner);
        break;
      case 'crashAfter':
        effect();
        crash(owner);
    }
  }
}

function momentKindOf(name: string, { writes }: Operation): MomentKind {
  if (name === 'queue' || name === 'people') return name;
  return writes ? 'tableWrite' : 'tableRead';
}

const lengthOf = (fault: Disturbance | undefined): number => (fault && 'ms' in fault ? fault.ms : 0);

const ofStorage: ReadonlySet<string> = new Set<(StorageFault | InstanceFault)['kind']>([
  'busy',
  'lostBefore',
  'lostAfter',
  'repeated',
  'late',
  'slow',
  'crashBefore',
  'crashAfter',
]);

type Arriving = StorageFault | Exclude<InstanceFault, { kind: 'frozen' }>;
const isOfStorage = (fault: Disturbance): fault is Arriving => ofStorage.has(fault.kind);

const isDeed = (each: Disturbance): each is Deed => 'rollout' in each;
