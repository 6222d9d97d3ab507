import type { Link } from '../../src/shared/notify/link.ts';
import type { Policy } from '../../src/shared/rollout/policy.ts';
import type { BudgetEvent } from './app/budgetWatch.ts';
import type { Deed } from './engine/disturbance.ts';
import type { Invocation } from './engine/invocation.ts';
import type { Kept, Written } from './memory/rows.ts';
import type { StoreCall } from './store/call.ts';

/** What was seen from outside, in the tables and at the Store: all that the invariants may rest on. */

/** The Store's own truth of a package rollout, from `at` on. */
export type Truth = { readonly at: number; readonly percentage: number; readonly status: string };

export type Entry = {
  readonly sequence: number;
  readonly kind: string;
  readonly subject: string;
  readonly escalated: boolean;
  readonly actor: string;
  readonly by: string | undefined;
  readonly at: number;
  readonly step: number;
};

/** A change of the Store that was written down: who wrote it, and over which version. */
export type Claim = {
  readonly kind: 'raise' | 'halt' | 'finalize';
  readonly percentage: number | undefined;
  readonly actor: string;
  readonly invocation: Invocation | undefined;
  readonly at: number;
  readonly step: number;
  readonly before: Kept | undefined;
};

export type RolloutFacts = {
  readonly id: string;
  readonly submissionId: string;
  readonly track: string;
  readonly policy: Policy;
  row: Kept;
  /** When the first sign of a halt was durable. */
  halt: { readonly at: number; readonly step: number } | undefined;
  confirmedAt: number | undefined;
  readonly journal: Entry[];
  readonly claims: Claim[];
  readonly calls: StoreCall[];
  readonly truth: Truth[];
};

/** One change of a rollout's row. */
export type Write = {
  readonly of: RolloutFacts;
  readonly before: Kept | undefined;
  readonly after: Kept;
  readonly claim: Claim | undefined;
  readonly invocation: Invocation | undefined;
  readonly at: number;
  readonly step: number;
};

/** Thrown by an invariant that does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;

  constructor(invariant: string, sentence: string) {
    super(sentence);
    this.invariant = invariant;
  }
}

/** One invariant, told of everything that happens as it happens. */
export interface Invariant {
  readonly name: string;
  /** In words, as the design has it. */
  readonly sentence: string;
  wrote?(write: Write): void;
  /** A row of a journal was written, changed or removed. */
  journaled?(change: {
    readonly key: string;
    readonly before: Kept | undefined;
    readonly after: Kept | undefined;
  }): void;
  /** A row of the due index was written, changed or removed. */
  indexed?(written: Written): void;
  /** A row that waits to be told was written, changed or removed. */
  outbox?(change: {
    readonly of: RolloutFacts | undefined;
    readonly before: Kept | undefined;
    readonly after: Kept | undefined;
  }): void;
  /** A row says how telling ended. */
  closed?(row: Kept): void;
  /** A row that stands for the use of a link was written, changed or removed. */
  used?(written: Written, by: Invocation | undefined): void;
  /** Somebody looks at a link, or follows it, in this invocation. */
  visited?(by: Invocation, link: Link): void;
  /** What somebody is told who follows a link. */
  linkAnswered?(by: Invocation, body: string): void;
  /** A message was read, with the id that its reader knows it by. */
  told?(id: string): void;
  sampled?(rolloutId: string, row: Kept): void;
  /** An invocation has read the samples of a rollout. */
  readSamples?(invocation: Invocation, rolloutId: string): void;
  sent?(call: StoreCall, of: RolloutFacts | undefined): void;
  answered?(call: StoreCall, of: RolloutFacts | undefined, at: number): void;
  deed?(deed: Deed): void;
  /** A publisher's row in the table of budgets was written. */
  budgeted?(written: Written, invocation: Invocation | undefined, at: number): void;
  budgetEvent?(event: BudgetEvent, at: number): void;
  /** In between somebody could not work on: the tables and queues are down, or an instance is frozen or gone. */
  standstill?(from: number, until: number): void;
  /** A halt was answered with success. */
  haltPromised?(rolloutId: string, of: RolloutFacts | undefined): void;
  /** Something was written where people or programs can read it. */
  said?(text: string, where: string): void;
  /** Faults have stopped for long. */
  atEnd?(rollouts: readonly RolloutFacts[], now: number): void;
}
