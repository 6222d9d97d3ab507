import type { Clockwork, Owner } from '../engine/clockwork.ts';
import { currentDoing, type Invocation, within } from '../engine/invocation.ts';
import type { Outside } from '../engine/outside.ts';
import type { Messages, Received } from '../memory/messages.ts';
import type { Instance } from './instance.ts';

/** What Azure Functions do: they start instances, fire timers, deliver messages and run functions. */

export type Outcome = { readonly value: unknown } | { readonly error: unknown };
export type Handler = (instance: Instance, message: unknown) => Promise<unknown>;
export type Trigger = { readonly name: string; readonly messages: Messages; readonly handle: Handler };

type Options = {
  readonly outside: Outside;
  readonly start: (owner: Owner) => Instance;
  readonly instances: number;
  readonly onEnded: (invocation: Invocation, outcome: Outcome) => void;
  readonly onPoison: (trigger: Trigger, message: Received) => void;
};

const second = 1_000;
/** How long a message that is at work stays hidden, renewed at half of it. */
const leaseMs = 10 * 60 * second;
/** `host.json`: how long a message rests after a failure, and how often it is tried. */
const restMs = 30 * second;
const mostTries = 5;

export class Platform {
  readonly #options: Options;
  readonly #clockwork: Clockwork;
  #instances: Instance[] = [];
  #started = 0;
  #invoked = 0;
  readonly open = new Map<number, Invocation>();

  constructor(options: Options) {
    this.#options = options;
    this.#clockwork = options.outside.run.clockwork;
    for (let count = 0; count < options.instances; count++) this.#start();
  }

  /** An instance dies with all that it has in hand; another one comes in its place after a while. */
  crash(owner: Owner): void {
    if (!owner.alive) return;
    owner.alive = false;
    owner.diedStep = this.#clockwork.steps;
    this.#instances = this.#instances.filter((instance) => instance.owner !== owner);
    for (const { id, owner: dead } of [...this.open.values()]) if (dead === owner) this.open.delete(id);
    const afterMs = this.#draws.between(second, 40 * second, owner.name, 'replaced');
    this.#clockwork.after(afterMs, undefined, () => this.#start());
  }

  /** An instance that is alive, drawn for this moment; none while all are gone. */
  anyInstance(at: string): Instance | undefined {
    return this.#draws.pick(this.#instances, at, 'instance');
  }

  /** Runs a function, and tells of its end unless its instance dies first. */
  invoke(
    name: string,
    instance: Instance,
    run: () => Promise<unknown>,
    then?: (outcome: Outcome) => void,
  ): void {
    this.#invoked += 1;
    const { owner } = instance;
    const { steps, now } = this.#clockwork;
    const at = { beganAt: now(), beganStep: steps };
    const invocation: Invocation = { id: this.#invoked, name, owner, ...at, doing: currentDoing() };
    this.open.set(invocation.id, invocation);
    const ended = (outcome: Outcome) => {
      if (!owner.alive) return;
      this.open.delete(invocation.id);
      this.#options.onEnded(invocation, outcome);
      then?.(outcome);
    };
    within(invocation, run).then(
      (value) => ended({ value }),
      (error: unknown) => ended({ error }),
    );
  }

  /** Fires a function on a schedule. Two instances may take it to be their turn. */
  everyMs(
    ms: number,
    name: string,
    isNeeded: () => boolean,
    handle: (instance: Instance) => Promise<unknown>,
  ): void {
    const fire = (): void => {
      this.#clockwork.after(ms, undefined, fire);
      if (!isNeeded()) return;
      const first = this.anyInstance(`${name} ${this.#clockwork.now()}`);
      if (!first) return;
      const at = this.#options.outside.moment(first.owner, `timer.${name}`);
      const fault = this.#options.outside.disturb(at, 'tick', first.owner);
      const fired = fault?.what.kind === 'firesTwice' ? this.#instances : [first];
      if (fired.length > 1) fault?.hit();
      for (const instance of fired) this.invoke(name, instance, () => handle(instance));
    };
    this.#clockwork.after(ms, undefined, fire);
  }

  /** Somebody may have to be given a message of this queue: now, and whenever one becomes visible. */
  wake(trigger: Trigger): void {
    for (const { id, visibleAt } of trigger.messages.all()) this.#offerAt(trigger, id, visibleAt);
  }

  readonly #offered = new Set<string>();

  #offerAt(trigger: Trigger, id: string, at: number): void {
    const key = `${trigger.name} ${id} ${at}`;
    if (this.#offered.has(key)) return;
    this.#offered.add(key);
    const pollMs = this.#draws.between(20, 1_500, key);
    this.#clockwork.after(at - this.#clockwork.now() + pollMs, undefined, () => {
      this.#offered.delete(key);
      this.#deliver(trigger, id);
    });
  }

  #deliver(trigger: Trigger, id: string): void {
    if (!trigger.messages.visible().includes(id)) return;
    const instance = this.anyInstance(`${trigger.name} ${id} ${this.#clockwork.now()}`);
    if (!instance) {
      this.#offerAt(trigger, id, this.#clockwork.now() + 5 * second);
      return;
    }
    const message = trigger.messages.take(id, leaseMs);
    this.wake(trigger);
    const at = this.#options.outside.moment(instance.owner, `deliver.${trigger.name}`);
    const fault = this.#options.outside.disturb(at, 'delivery', instance.owner);
    const kind = fault?.what.kind;
    this.#process(trigger, instance, message, kind === 'notDeleted' ? fault?.hit : undefined);
    const other = kind === 'deliveredTwice' ? this.anyInstance(`${at} other`) : undefined;
    if (!other) return;
    fault?.hit();
    this.#process(trigger, other, message, () => {});
  }

  /** @param onForgotten of a message that is not deleted: told when it should have been */
  #process(trigger: Trigger, instance: Instance, message: Received, onForgotten?: () => void): void {
    const lease = this.#keepHidden(trigger, instance.owner, message);
    const handle = () => trigger.handle(instance, JSON.parse(message.text));
    this.invoke(trigger.name, instance, handle, (outcome) => {
      const held = lease.end();
      if ('value' in outcome && onForgotten) {
        onForgotten();
        return;
      }
      try {
        if ('value' in outcome) trigger.messages.delete(held);
        else this.#failed(trigger, { ...message, ...held });
      } catch {
        // Its lease was lost: somebody else has the message now.
      }
      this.wake(trigger);
    });
  }

  #failed(trigger: Trigger, message: Received): void {
    if (message.dequeueCount < mostTries) {
      trigger.messages.hide(message, restMs);
      return;
    }
    trigger.messages.delete(message);
    this.#options.onPoison(trigger, message);
  }

  #keepHidden(trigger: Trigger, owner: Owner, message: Received) {
    let held: Pick<Received, 'id' | 'receipt'> = message;
    let ended = false;
    const renew = (): void => {
      this.#clockwork.after(leaseMs / 2, owner, () => {
        if (ended) return;
        try {
          held = { id: message.id, receipt: trigger.messages.hide(held, leaseMs) };
          this.wake(trigger);
          renew();
        } catch {
          // Lost: the message is somebody else's.
        }
      });
    };
    renew();
    return {
      end: () => {
        ended = true;
        return held;
      },
    };
  }

  #start(): void {
    this.#started += 1;
    const owner: Owner = { name: `i${this.#started}`, alive: true, frozenUntil: 0 };
    this.#instances = [...this.#instances, this.#options.start(owner)];
  }

  get #draws() {
    return this.#options.outside.run.draws;
  }
}
