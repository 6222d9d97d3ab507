import { tableError } from '../memory/errors.ts';
import type { Carry, Operation } from '../memory/table.ts';
import type { Arrival } from './arrival.ts';
import type { Clockwork, Owner } from './clockwork.ts';
import { crashes } from './crashes.ts';
import { type Disturbance, isDeed, type Planned } from './disturbance.ts';
import type { Draws } from './draws.ts';
import { currentInvocation, type Doing, type Invocation } from './invocation.ts';
import { befalls } from './kind.ts';
import type { MomentKind, Plan } from './plan.ts';
import { type Down, type Service, standstills } from './standstills.ts';
import { type StorageArrival, storageFaults } from './storageFaults.ts';

/** What the outside needs of the run that it is part of. */
export type Run = {
  readonly clockwork: Clockwork;
  readonly draws: Draws;
  readonly plan: Plan;
  readonly rollouts: () => number;
  readonly act: (doing: Doing, at: string) => void;
  /** Something that was planned took effect. It may be told more than once of the same. */
  readonly onHit: (planned: Planned) => void;
  readonly crash: (owner: Owner) => void;
  /** For so long from now on somebody cannot work on: the tables and queues are down, or an instance is frozen. */
  readonly onStandstill: (ms: number) => void;
};

/** What disturbs a moment, and whom to tell once it takes effect. */
export type Disturbing = { readonly what: Disturbance; readonly hit: () => void };

type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

type Answering<Answer> = (outcome: Outcome<Answer>, extraMs?: number, onSeen?: () => void) => void;

/** Everything between an instance and the services: time on the way, faults, crashes and outages. */
export class Outside {
  readonly run: Run;
  /**
   * The timeouts that have not come. Node keeps signals that somebody listens to, and with them all that the listeners
   * reach, until they abort.
   */
  readonly timeouts = new Set<AbortController>();
  readonly #counts = new Map<string, number>();
  readonly #down: Record<Service, Down> = { store: isUp, tables: isUp };

  constructor(run: Run) {
    this.run = run;
  }

  /** When the last outage ends, or has ended. */
  get downUntil(): number {
    return Math.max(this.#down.store.until, this.#down.tables.until);
  }

  /** Whether the service is down, and so sends away who has come. */
  turnsAway(service: Service): boolean {
    const { until, onTurnedAway } = this.#down[service];
    if (this.run.clockwork.now() >= until) return false;
    onTurnedAway();
    return true;
  }

  /** The next moment of its name: `i1 due.list #3`. */
  moment(owner: Owner, name: string): string {
    const label = `${owner.name} ${name}`;
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    return `${label} #${count}`;
  }

  /** What disturbs the moment. Deeds and what stops somebody happen here; what is left is for the caller. */
  disturb(at: string, kind: MomentKind, owner: Owner | undefined): Disturbing | undefined {
    const { plan, rollouts, act, onHit, clockwork, onStandstill } = this.run;
    let left: Disturbing | undefined;
    for (const what of plan.disturbances({ at, kind, rollouts: rollouts() })) {
      const planned = { at, do: what };
      const hit = () => onHit(planned);
      const around = { now: clockwork.now(), owner, down: this.#down, onFrozen: onStandstill, hit };
      if (isDeed(what)) act({ deed: what, hit }, at);
      else if (!befalls(standstills, what, around)) left = { what, hit };
    }
    return left;
  }

  /** What is known of everything that arrives. */
  arrivalOf(owner: Owner, isChange: boolean, hit: () => void, isAwaited = () => owner.alive): Arrival {
    const { clockwork, crash } = this.run;
    return {
      ...{ isAwaited, hit },
      matters: () => isChange || isAwaited(),
      later: (ms, run) => void clockwork.after(ms, undefined, run),
      crash: () => {
        if (!owner.alive) return;
        hit();
        crash(owner);
      },
    };
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
    const answer: Answering<Answer> = (outcome, extraMs = 0, onSeen) => {
      clockwork.after(wayMs + extraMs, owner, () => {
        onSeen?.();
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.answer);
      });
    };
    // What is on its way arrives, also from an instance that is gone by then.
    clockwork.after(wayMs, undefined, () => {
      const fault = this.disturb(at, kind, owner);
      const apply = () => this.#actingFor(invocation, effect);
      if (kind !== 'people' && this.turnsAway('tables')) {
        this.run.onStandstill(0);
        answer({ error: tableError('ServerBusy') });
      } else if (!fault || !this.#befalls(fault, owner, kind, apply, answer)) answer(apply());
    });
    return promise;
  }

  #befalls<Answer>(
    { what, hit }: Disturbing,
    owner: Owner,
    kind: MomentKind,
    apply: () => Outcome<Answer>,
    answer: Answering<Answer>,
  ): boolean {
    let outcome: Outcome<Answer> = { error: new Error('It was answered before it happened.') };
    const arrival: StorageArrival = {
      ...this.arrivalOf(owner, kind !== 'tableRead', hit),
      apply: () => {
        outcome = apply();
        return 'answer' in outcome;
      },
      answer: (extraMs) => answer(outcome, extraMs),
      fail: (error, onSeen) => answer({ error }, 0, onSeen),
    };
    return befalls(storageFaults, what, arrival) || befalls(crashes, what, arrival);
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
}

const isUp: Down = { until: 0, onTurnedAway: () => {} };

function momentKindOf(name: string, { writes }: Operation): MomentKind {
  if (name === 'queue' || name === 'people') return name;
  return writes ? 'tableWrite' : 'tableRead';
}
