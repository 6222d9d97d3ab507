import { z } from 'zod';
import type { Link } from '../../src/shared/notify/link.ts';
import { policySchema } from '../../src/shared/rollout/policy.ts';
import type { Store } from '../simulator/store.ts';
import type { BudgetEvent } from './app/budgetWatch.ts';
import type { TableName } from './app/services.ts';
import type { Clockwork } from './engine/clockwork.ts';
import type { Deed } from './engine/disturbance.ts';
import type { Invocation } from './engine/invocation.ts';
import type { Claim, Entry, Invariant, RolloutFacts } from './facts.ts';
import type { Kept, Written } from './memory/rows.ts';
import type { StoreCall } from './store/call.ts';
import type { Watch } from './store/line.ts';

const intentSchema = z.object({
  kind: z.enum(['raise', 'halt', 'finalize']),
  percentage: z.number().optional(),
  actor: z.string(),
  attempts: z.number().optional(),
  lastOutcome: z.string().optional(),
  since: z.string(),
});

const haltAnswer = z.object({
  body: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.object({ id: z.string() })),
});
const linkAnswer = z.object({ status: z.number(), body: z.string() });
const alertAnswer = z.array(
  z.object({ effected: z.array(z.object({ rolloutId: z.string(), outcome: z.string() })) }),
);

export const phaseOf = (row: Kept): string => String(row.columns.phase);
export const hasEnded = (row: Kept): boolean => ['completed', 'halted', 'failed'].includes(phaseOf(row));

export function intentOf(row: Kept | undefined): z.output<typeof intentSchema> | undefined {
  const text = row?.columns.intent;
  return typeof text === 'string' ? intentSchema.parse(JSON.parse(text)) : undefined;
}

/** Makes facts out of what happens at the services, and tells every invariant. */
export class Recorder {
  readonly rollouts = new Map<string, RolloutFacts>();
  readonly #bySubmission = new Map<string, RolloutFacts>();
  readonly #invariants: readonly Invariant[];
  readonly #clockwork: Clockwork;
  readonly #store: () => Store;
  readonly #acting: () => Invocation | undefined;
  readonly #visits = new Map<Invocation, Link>();

  constructor(
    invariants: readonly Invariant[],
    clockwork: Clockwork,
    store: () => Store,
    acting: () => Invocation | undefined,
  ) {
    this.#invariants = invariants;
    this.#clockwork = clockwork;
    this.#store = store;
    this.#acting = acting;
  }

  readonly wrote = (table: TableName, written: readonly Written[]): void => {
    for (const { after } of written) {
      if (after) this.said(JSON.stringify(after), `the table ${table}`);
      if (table === 'samples' && after) this.#tell((each) => each.sampled?.(after.partitionKey, after));
    }
    if (table === 'budget')
      for (const each of written)
        this.#tell((one) => one.budgeted?.(each, this.#acting(), this.#clockwork.now()));
    if (table === 'due') for (const each of written) this.#tell((one) => one.indexed?.(each));
    if (table === 'rollouts') this.#wroteRollouts(written);
  };

  readonly watch: Watch = {
    sent: (call) => {
      const of = this.#of(call);
      this.#tell((each) => each.sent?.(call, of));
      of?.calls.push(call);
    },
    applied: (call) => this.lookAtStore(this.#of(call)),
    answered: (call) => this.#tell((each) => each.answered?.(call, this.#of(call), this.#clockwork.now())),
  };

  /** What the Store in truth has now. */
  lookAtStore(of: RolloutFacts | undefined): void {
    const submission = of && this.#store().read().submissions[of.submissionId];
    if (!of || submission?.publishedAt === undefined) return;
    const { percentage, status } = submission.rollout;
    const last = of.truth.at(-1);
    if (last?.percentage === percentage && last.status === status) return;
    of.truth.push({ at: last ? this.#clockwork.now() : submission.publishedAt, percentage, status });
  }

  /** Samples lie in the partition of their rollout. */
  queried(table: TableName, filter: string): void {
    const invocation = this.#acting();
    const [, rolloutId] = /PartitionKey eq '([^']*)'/.exec(filter) ?? [];
    if (table === 'samples' && invocation && rolloutId !== undefined)
      this.#tell((each) => each.readSamples?.(invocation, rolloutId));
  }

  /** Somebody looks at a link, or follows it. */
  visited(by: Invocation, link: Link): void {
    this.#visits.set(by, link);
    this.#tell((each) => each.visited?.(by, link));
  }

  /** What a function gave back, to people or programs. */
  finished(invocation: Invocation, value: unknown): void {
    const { name } = invocation;
    if (name === 'followLink') this.#followed(invocation, linkAnswer.parse(value));
    const parsed = name === 'haltRollout' ? haltAnswer.safeParse(value).data : undefined;
    const effected = name === 'receiveAlerts' ? (alertAnswer.safeParse(value).data ?? []) : [];
    const promised = effected
      .flatMap((each) => each.effected)
      .filter(({ outcome }) => outcome.startsWith('halt'));
    const ids = [...(parsed ? [parsed.body.id] : []), ...promised.map(({ rolloutId }) => rolloutId)];
    for (const id of ids) this.#tell((each) => each.haltPromised?.(id, this.rollouts.get(id)));
  }

  #followed(by: Invocation, { status, body }: z.output<typeof linkAnswer>): void {
    const link = this.#visits.get(by);
    this.#tell((each) => each.linkAnswered?.(by, body));
    if (link?.action === 'halt' && status < 300)
      this.#tell((each) => each.haltPromised?.(link.rolloutId, this.rollouts.get(link.rolloutId)));
  }

  told(id: string): void {
    this.#tell((each) => each.told?.(id));
  }

  said(text: string, where: string): void {
    this.#tell((each) => each.said?.(text, where));
  }

  budgetEvent(event: BudgetEvent): void {
    this.#tell((each) => each.budgetEvent?.(event, this.#clockwork.now()));
  }

  standstill(ms: number): void {
    const from = this.#clockwork.now();
    this.#tell((each) => each.standstill?.(from, from + ms));
  }

  deed(deed: Deed): void {
    for (const of of this.rollouts.values()) this.lookAtStore(of);
    this.#tell((each) => each.deed?.(deed));
  }

  ended(): void {
    for (const of of this.rollouts.values()) this.lookAtStore(of);
    this.#tell((each) => each.atEnd?.([...this.rollouts.values()], this.#clockwork.now()));
  }

  #of({ submissionId }: StoreCall): RolloutFacts | undefined {
    return submissionId === undefined ? undefined : this.#bySubmission.get(submissionId);
  }

  #tell(of: (invariant: Invariant) => void): void {
    for (const invariant of this.#invariants) of(invariant);
  }

  /** A transaction happens at one moment: its entries are there when its row is. */
  #wroteRollouts(written: readonly Written[]): void {
    const rows = written.filter(({ after }) => after?.rowKey.startsWith('rollout.'));
    for (const { after } of rows) if (after) this.#factsOf(after);
    for (const { before, after } of written) {
      const row = after ?? before;
      if (row?.rowKey.startsWith('journal.')) this.#wroteJournal(row, before, after);
      if (row?.rowKey.startsWith('told.')) this.#tell((each) => each.closed?.(row));
      if (row?.rowKey.startsWith('link.'))
        this.#tell((each) => each.used?.({ before, after }, this.#acting()));
    }
    for (const { before, after } of written) {
      const row = after ?? before;
      if (!row?.rowKey.startsWith('outbox.')) continue;
      const of = this.rollouts.get(rolloutOfNotice(row));
      this.#tell((each) => each.outbox?.({ of, before, after }));
    }
    for (const { before, after } of rows) if (after) this.#wroteRollout(before, after);
  }

  #wroteRollout(before: Kept | undefined, after: Kept): void {
    const of = this.#factsOf(after);
    of.row = after;
    const invocation = this.#acting();
    const at = this.#clockwork.now();
    const step = this.#clockwork.steps;
    const claim = claimIn(before, after);
    const claimed: Claim | undefined = claim && { ...claim, invocation, at, step, before };
    if (claimed) of.claims.push(claimed);
    if (phaseOf(after) === 'halting' || intentOf(after)?.kind === 'halt') of.halt ??= { at, step };
    if (hasEnded(after)) of.confirmedAt ??= at;
    this.#tell((each) => each.wrote?.({ of, before, after, claim: claimed, invocation, at, step }));
  }

  #wroteJournal(row: Kept, before: Kept | undefined, after: Kept | undefined): void {
    this.#tell((each) => each.journaled?.({ key: `${row.partitionKey}.${row.rowKey}`, before, after }));
    if (!after) return;
    const [, id = ''] = /^journal\.(.*)\.\d+$/.exec(after.rowKey) ?? [];
    const of = this.rollouts.get(`${after.partitionKey}.${id}`);
    of?.journal.push(entryOf(after, this.#clockwork));
    if (after.columns.kind === 'intent' && after.columns.subject === 'halt' && of)
      of.halt ??= { at: this.#clockwork.now(), step: this.#clockwork.steps };
  }

  #factsOf(row: Kept): RolloutFacts {
    const id = String(row.columns.id);
    const known = this.rollouts.get(id);
    if (known) return known;
    const [applicationId = '', track = '', submissionId = ''] = id.split('.');
    const facts: RolloutFacts = {
      ...{ id, submissionId, track: `${applicationId}.${track}`, row },
      policy: policySchema.parse(JSON.parse(String(row.columns.policy))),
      ...{ halt: undefined, confirmedAt: undefined, journal: [], claims: [], calls: [], truth: [] },
    };
    this.rollouts.set(id, facts);
    this.#bySubmission.set(submissionId, facts);
    this.lookAtStore(facts);
    return facts;
  }
}

/** A write claims a change if it brings an intent, or goes on with one and counts one more attempt. */
function claimIn(before: Kept | undefined, after: Kept) {
  const intent = intentOf(after);
  const known = intentOf(before);
  if (!intent) return undefined;
  const isSame = intent.kind === known?.kind && intent.since === known.since;
  const isCounted = (intent.attempts ?? 0) > (known?.attempts ?? 0);
  // What became of a command's own try counts as the first attempt, and comes with its outcome.
  if (isSame && (!isCounted || intent.lastOutcome !== known.lastOutcome)) return undefined;
  return { kind: intent.kind, percentage: intent.percentage, actor: intent.actor };
}

const entryOf = ({ columns }: Kept, { now, steps }: Clockwork): Entry => ({
  sequence: Number(columns.sequence),
  kind: String(columns.kind),
  subject: String(columns.subject),
  escalated: columns.escalated === true,
  actor: String(columns.actor),
  by: columns.by === undefined ? undefined : String(columns.by),
  at: now(),
  step: steps,
});

const rolloutOfNotice = (row: Kept): string =>
  `${row.partitionKey}.${row.rowKey.split('.').slice(1, 3).join('.')}`;
