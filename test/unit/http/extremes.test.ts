import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { samplesSchema } from '../../../src/shared/http/input/samples.ts';
import { entryOf, viewOf } from '../../../src/shared/http/views.ts';
import { decide } from '../../../src/shared/rollout/decide.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import { judge, windowOf } from '../../../src/shared/rollout/judge.ts';
import { policySchema } from '../../../src/shared/rollout/policy.ts';
import {
  fromJournalRow,
  fromRolloutRow,
  toJournalRow,
  toRolloutRow,
} from '../../../src/shared/state/rows.ts';
import { at, hour, inProgress, ramping } from '../../support/builders.ts';
import { holds } from '../../support/hostile/runs.ts';

/**
 * Input that is taken must not be a trap: whatever the schemas let pass, with numbers at the ends of what they may be,
 * can be judged, decided on, kept, read back and shown.
 */

const most = Number.MAX_VALUE;
const fraction = fc.constantFrom(Number.MIN_VALUE, 1e-300, 1e-9, 0.1 + 0.2, 0.5, 1 - Number.EPSILON);
const part = fc.oneof(fraction, fc.constantFrom(0, 1));
const count = fc.constantFrom(0, Number.MIN_VALUE, 1e-6, 0.5, 1, 3, 1e3, 1e9, 1e12);
const anyNumber = fc.constantFrom(0, Number.MIN_VALUE, 1, -1, 1e15, most, -most);
const ratio = fc.constantFrom(1, 1 + Number.EPSILON, 1.25, 100);
const duration = fc.constantFrom('0s', '1s', '59s', '6h', '14d', '999999d', '999999s');
const names = ['launch', 'ﷺ', '\u202ehalt', '漢'.repeat(21), "' or '1' eq '1", 'a/b?c#d\\e', 'a.b'] as const;
const name = fc.constantFrom(...names);
const maybe = <Of>(of: fc.Arbitrary<Of>) => fc.option(of, { nil: undefined });
const defined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

const counts = fc.tuple(count, count).map(([a, b]) => ({ failed: Math.min(a, b), exposed: Math.max(a, b) }));
const history = fc
  .tuple(fc.constantFrom(0, 1, 1e6, most), fc.constantFrom(1, 1e6, 1e15, most), maybe(ratio))
  .map(([a, b, tolerate]) =>
    defined({ to: 'history', failed: Math.min(a, b), exposed: Math.max(a, b), tolerate }),
  );
const onCounts = fc.oneof(
  fraction.map((rate) => ({ limit: { rate } })),
  fc
    .record({ tolerate: maybe(ratio), shareUncertainty: fc.constantFrom(0, Number.MIN_VALUE, 0.2, 0.9) })
    .map((compare) => ({ compare: defined({ to: 'control', ...compare }) })),
  history.map((compare) => ({ compare })),
  maybe(fraction).map((baseline) => ({ newSignature: defined({ baseline }) })),
);
const ofCounts = fc.tuple(
  onCounts,
  fc.record({
    minimumExposure: maybe(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER)),
    discount: maybe(fc.constantFrom(1, 1.5, 1_000)),
    onBad: fc.constantFrom('halt', 'hold'),
  }),
);
const haltingValue = fc.record({
  limit: fc.record({ value: anyNumber, exceedance: maybe(fraction) }).map(defined),
  onBad: fc.constant('halt'),
});
const holdingValue = fc.record({
  limit: fc.record({ value: anyNumber }),
  consecutive: maybe(fc.constantFrom(1, 100)),
  onBad: fc.constant('hold'),
});
const asked = fc.oneof(
  ofCounts.map(([question, terms]) => ({ ...question, ...terms })),
  haltingValue,
  holdingValue,
);
const source = fc.record({
  kind: fc.constant('pushed'),
  signal: fc.constantFrom('launch', 'ﷺ'),
  settledAfter: maybe(duration),
  staleAfter: maybe(duration),
});
const check = fc
  .tuple(asked, source)
  .map(([question, from]) => defined({ ...question, source: defined(from) }));
const policyInput = fc.record({
  name,
  steps: fc
    .uniqueArray(fc.constantFrom(Number.MIN_VALUE, 1e-9, 5, 99.999_999_999, 100), {
      minLength: 1,
      maxLength: 4,
    })
    .chain((percentages) =>
      fc.tuple(
        ...percentages
          .sort((a, b) => a - b)
          .map((percentage) => fc.record({ percentage: fc.constant(percentage), bake: duration })),
      ),
    ),
  finalize: fc.constant('manual'),
  falseHaltProbability: fc.constantFrom(1e-9, 0.001, 0.5),
  checks: fc
    .array(check, { minLength: 1, maxLength: 4 })
    .map((checks) => checks.map((each, index) => ({ ...each, name: names[index] }))),
  unmeasured: fc.record({
    escalateAfter: fc.constantFrom('1m', '999999d'),
    onEscalation: fc.constantFrom('hold', 'halt'),
    leastAdoption: part,
  }),
});
const signatures = fc.array(fc.record({ hash: name, candidate: count, control: maybe(count) }).map(defined), {
  maxLength: 2,
});
const sampleInput = fc
  .record({
    signal: fc.constantFrom('launch', 'ﷺ'),
    source: maybe(name),
    candidate: fc.oneof(
      counts,
      anyNumber.map((value) => ({ value })),
    ),
    control: maybe(counts),
    signatures: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, signatures),
  })
  .map((sample) => defined({ ...sample, start: '2026-11-02T00:30:00Z', end: '2026-11-02T01:30:00Z' }));

/** What is drawn, where its schema lets it pass. */
const passing = <Schema extends z.ZodType>(schema: Schema, input: fc.Arbitrary<unknown>) =>
  input.map((each) => schema.safeParse(each)).filter(({ success }) => success);

const policies = passing(policySchema, policyInput);
const samples = fc.array(
  passing(
    samplesSchema,
    sampleInput.map((each) => ({ samples: [each] })),
  ),
  { maxLength: 4 },
);

test('what was taken can be judged, kept, read back and shown', async () => {
  await holds(
    fc.asyncProperty(
      policies,
      samples,
      fc.constantFrom(0, 2, 30, 24 * 400),
      async ({ data: policy }, pushed, hours) => {
        const now = at(hours * hour);
        const rollout = ramping(policy && { policy });
        const window = windowOf(rollout, now);
        if (!window) throw new Error('A ramping rollout has a window.');
        const all = pushed.flatMap(({ data }) => data?.samples ?? []);
        const evidence = rollout.policy.checks.map((each) => {
          const own = all.filter(
            ({ signal }) => each.source.kind === 'pushed' && signal === each.source.signal,
          );
          return judge(rollout.policy, each, { kind: 'samples', samples: own }, window);
        });
        const observed = inProgress(5);
        const change = evolve({ rollout, observed, evidence, now }, decide(rollout, observed, evidence, now));
        expect(fromRolloutRow(toRolloutRow(change.rollout))).toEqual(change.rollout);
        for (const entry of change.entries)
          expect(fromJournalRow(toJournalRow(rollout.id, entry))).toEqual(entry);
        const shown = JSON.stringify([viewOf(change.rollout), change.entries.map(entryOf)]);
        expect(shown).not.toMatch(/:null\b|NaN|Invalid/);
      },
    ),
    1_000,
  );
});
