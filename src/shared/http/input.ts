import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { requestId } from '../delivery/request.ts';
import { deliveryPhases } from '../delivery/vocabulary.ts';
import { InvalidInputError, parseInput } from '../mistakes.ts';
import { safeText } from '../msstore/redact.ts';
import { instantSchema } from '../rollout/evidence.ts';
import {
  applicationId,
  applicationIdSchema,
  flightId,
  flightIdSchema,
  submissionId,
  submissionIdSchema,
} from '../rollout/ids.ts';
import { nameSchema } from '../rollout/name.ts';
import { keptPolicySchema } from '../rollout/policy.ts';
import { phases } from '../rollout/vocabulary.ts';
import { longestSampleMs } from '../state/samples.ts';
import type { StartRequest } from '../usecases/startRollout.ts';
import { BodyTooLargeError, NotJsonError } from './problem.ts';

/** What may come in over HTTP. Every id has its pattern before it touches a key or a URL. */

const rolloutIdPattern = new RegExp(
  String.raw`^${applicationId}\.(production|${flightId})\.${submissionId}$`,
);

/** Zod refines an object even where one of its members did not parse. */
const isWhole = ({ issues }: { issues: readonly unknown[] }): boolean => issues.length === 0;

export const startSchema = z
  .strictObject({
    publisher: z.string().max(64).optional(),
    applicationId: applicationIdSchema,
    flightId: flightIdSchema.optional(),
    submissionId: submissionIdSchema,
    policy: keptPolicySchema.optional(),
    policyName: z.string().max(64).optional(),
  })
  .refine(({ policy, policyName }) => (policy === undefined) !== (policyName === undefined), {
    path: ['policy'],
    message: 'or policyName: give one of the two',
  });

/** One of the two is there: the schema saw to it. */
export const toStartRequest = ({
  policy,
  policyName = '',
  ...request
}: z.output<typeof startSchema>): StartRequest => ({ ...request, policy: policy ?? { policyName } });

/** The longest reason that a command takes, in UTF-16 code units, as a textarea counts as well. */
export const longestReason = 500;

/**
 * A reason stands in journals, tables, logs and messages, and people paste into it what is at hand. Whatever has the shape
 * of a secret is taken out, and so is what a line of text cannot hold: a halt must not be refused for it. A password has
 * no shape, and stays.
 */
const reasonSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(longestReason)
  .transform((reason) => safeText(reason.toWellFormed()))
  .refine((reason) => reason !== '', 'must not be empty');

export const commandSchema = z.strictObject({ reason: reasonSchema });
export const pauseSchema = z.strictObject({
  reason: reasonSchema,
  /** When somebody is to say what is to be. */
  until: instantSchema.optional(),
  owner: nameSchema.optional(),
});
export const capSchema = z.strictObject({
  percentage: z.number().min(0).max(100).nullable(),
  reason: reasonSchema,
});

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

const keySchema = z.string().refine((key) => key.isWellFormed());

/** The tables' own token: base64 of JSON that names the next keys. */
function isContinuationToken(token: string): boolean {
  try {
    return z
      .object({ nextPartitionKey: keySchema, nextRowKey: keySchema.optional() })
      .safeParse(JSON.parse(Buffer.from(token, 'base64').toString())).success;
  } catch {
    return false;
  }
}

export const listSchema = z.strictObject({
  phase: z.enum(phases).optional(),
  applicationId: applicationIdSchema.optional(),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
  continuationToken: z
    .string()
    .max(2_000)
    .refine(isContinuationToken, 'is not one that this list gave out')
    .optional(),
});
export const pageSchema = listSchema.pick({ pageSize: true, continuationToken: true });

export const deliveryListSchema = listSchema.extend({
  phase: z.enum([...deliveryPhases, ...phases]).optional(),
});

/** The second half of a story is that of the submission; its first page has no token of the tables yet. */
const storyToken = /^submission:/;
export const storyPageSchema = pageSchema.extend({
  continuationToken: z
    .string()
    .max(2_100)
    .refine((token) => {
      const own = token.replace(storyToken, '');
      return (own === '' && token !== '') || isContinuationToken(own);
    }, 'is not one that this list gave out')
    .optional(),
});

const deliveryIdPattern = new RegExp(String.raw`^${applicationId}\.(production|${flightId})\.${requestId}$`);

/** The `{id}` of the route; flight ids are the same in capitals. @throws InvalidInputError */
export function deliveryIdIn(request: HttpRequest): string {
  const [application = '', track = '', ...rest] = (request.params.id ?? '').split('.');
  const id = [application, track.toLowerCase(), ...rest].join('.');
  if (deliveryIdPattern.test(id)) return id;
  const form = '{applicationId}.{flightId or "production"}.{requestId}';
  throw new InvalidInputError(`The id is not a submission's: it has the form ${form}.`, [
    { path: 'id', message: `is not ${form}` },
  ]);
}

const kib = 1_024;
export const bodyLimits = {
  command: 8 * kib,
  start: 64 * kib,
  samples: 512 * kib,
  alerts: 2_048 * kib,
} as const;

/** @throws BodyTooLargeError, NotJsonError, InvalidInputError */
export async function readJson<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  const type = request.headers.get('content-type') ?? 'application/json';
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    throw new NotJsonError('The content type is another one; send application/json.');
  return parseInput(schema, parseJson(await readText(request, limit)), 'The body');
}

/** The body as it came: a signature is over every byte of it. @throws BodyTooLargeError */
export async function readText(request: HttpRequest, limit: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw new BodyTooLargeError(limit);
  const text = await request.text();
  if (Buffer.byteLength(text) > limit) throw new BodyTooLargeError(limit);
  return text;
}

/** A command's reason, which DELETE may carry in its query: not everything between here and the caller lets a body pass. */
export async function reasonIn(request: HttpRequest): Promise<z.output<typeof commandSchema>> {
  const reason = request.query.get('reason');
  return reason === null
    ? readJson(request, commandSchema, bodyLimits.command)
    : parseInput(commandSchema, { reason }, 'The query');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = error instanceof SyntaxError ? `: ${error.message.slice(0, 200)}` : '';
    throw new InvalidInputError(`The body is not JSON${where}.`, []);
  }
}

const rolloutIdForm = '{applicationId}.{flightId or "production"}.{submissionId}';

/** Flight ids are the same in capitals. */
export const rolloutIdSchema = z
  .string()
  .transform((id) => {
    const [application = '', track = '', ...rest] = id.split('.');
    return [application, track.toLowerCase(), ...rest].join('.');
  })
  .refine((id) => rolloutIdPattern.test(id), `is not ${rolloutIdForm}`);

/** The `{id}` of the route. @throws InvalidInputError */
export function rolloutIdIn(request: HttpRequest): string {
  const { data } = rolloutIdSchema.safeParse(request.params.id ?? '');
  if (data !== undefined) return data;
  throw new InvalidInputError(`The id is not a rollout's: it has the form ${rolloutIdForm}.`, [
    { path: 'id', message: `is not ${rolloutIdForm}` },
  ]);
}

export const queryOf = (request: HttpRequest): Record<string, string> => {
  // The key of the platform stands in the same query.
  const { code: _, ...query } = Object.fromEntries(request.query);
  return query;
};
