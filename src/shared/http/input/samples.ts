import { z } from 'zod';
import { instantSchema } from '../../rollout/evidence.ts';
import { nameSchema } from '../../rollout/name.ts';
import { longestSampleMs } from '../../state/samples.ts';

/** Zod refines an object even where one of its members did not parse. */
const isWhole = ({ issues }: { issues: readonly unknown[] }): boolean => issues.length === 0;

/** Sampled counts are fractions; one that is nearly nothing is no count, and ratios of it have no end. */
const countSchema = z
  .number()
  .min(0)
  .max(1e12)
  .refine((count) => count === 0 || count >= 1e-6, 'is neither 0 nor at least 0.000001');

const countsSchema = z
  .strictObject({ failed: countSchema, exposed: countSchema })
  // No exposure means that nobody knows it yet: failures are often known first.
  .refine(({ failed, exposed }) => failed <= exposed || exposed === 0, 'has more failed than exposed');
const candidateSchema = z.union([countsSchema, z.strictObject({ value: z.number() })]);

const signatureSchema = z.strictObject({
  hash: nameSchema,
  candidate: countSchema,
  control: countSchema.optional(),
  seenBefore: z.boolean().optional(),
});
/** As many as a table row can hold beside the rest. */
const mostSignatures = 100;

type Signature = z.output<typeof signatureSchema>;
type Named = {
  readonly candidate: z.output<typeof candidateSchema>;
  readonly control?: z.output<typeof countsSchema> | undefined;
  readonly signatures?: readonly Signature[] | undefined;
};

/** Each device behind a signature failed at least once, so it stands among the failed. A halt is final: no guess at what was meant. */
function refuseContradictions(
  { candidate, control, signatures = [] }: Named,
  context: z.RefinementCtx,
): void {
  if (!isWhole(context)) return;
  const failed = 'failed' in candidate ? candidate.failed : 0;
  const hashes = new Set<string>();
  signatures.forEach(({ hash, candidate: devices, control: others = 0 }, index) => {
    const wrong = (key: keyof Signature, message: string) =>
      context.addIssue({ code: 'custom', path: ['signatures', index, key], message });
    if (devices > failed) wrong('candidate', 'is more devices than have failed');
    if (control && others > control.failed) wrong('control', 'is more devices than have failed');
    if (hashes.has(hash)) wrong('hash', 'stands in the sample twice');
    hashes.add(hash);
  });
}

const sampleSchema = z
  .strictObject({
    signal: nameSchema,
    source: nameSchema.default('pushed'),
    start: instantSchema,
    end: instantSchema,
    candidate: candidateSchema,
    control: countsSchema.optional(),
    signatures: z.array(signatureSchema).max(mostSignatures).optional(),
  })
  .superRefine(refuseContradictions)
  .refine(({ start, end }) => end > start, {
    path: ['end'],
    message: 'must be after the start',
    when: isWhole,
  })
  .refine(({ start, end }) => end.getTime() - start.getTime() <= longestSampleMs, {
    path: ['end'],
    message: 'must be within 25 hours of the start: push shorter intervals',
    when: isWhole,
  });
export const samplesSchema = z.strictObject({ samples: z.array(sampleSchema).min(1).max(1_000) });
