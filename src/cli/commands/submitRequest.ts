import { z } from 'zod';
import { requestSchema } from '../../shared/delivery/request.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { policySchema } from '../../shared/rollout/policy.ts';
import { mistakesOf } from '../../shared/text/mistakes.ts';
import { WrongInputError } from '../errors.ts';
import { goals } from '../follow/outcome.ts';

/** The options of `rampart submit`, as commander hands them over. */
export const submitOptionsSchema = z.object({
  app: z.string(),
  flight: z.string().optional(),
  production: z.boolean().optional(),
  policy: z.string().optional(),
  policyFile: z.string().optional(),
  publisher: z.string().optional(),
  requestId: z.string().optional(),
  keep: z.boolean().optional(),
  replace: z.boolean().optional(),
  remove: z.array(z.string()).optional(),
  publishMode: z.union([z.enum(['Immediate', 'Manual']), z.object({ date: z.string() })]).optional(),
  mandatoryFrom: z.string().optional(),
  notes: z.string().optional(),
  notesFile: z.string().optional(),
  onPending: z.enum(['refuse', 'delete']).optional(),
  wait: z.enum(['none', ...goals]),
  timeout: z.number(),
  every: z.number(),
  json: z.boolean().default(false),
});
export type SubmitOptions = z.output<typeof submitOptionsSchema>;

/** What the options name and other files hold. */
export type Attached = { readonly policy: Policy | undefined; readonly notes: string | undefined };

/** The two halves of a choice that commander cannot demand by itself. @throws WrongInputError */
export function requireChoices({ flight, production, policy, policyFile }: SubmitOptions): void {
  const mistakes = [
    ...(flight === undefined && !production ? ['say where to: --flight <id> or --production'] : []),
    ...(policy === undefined && policyFile === undefined
      ? ['say under which policy: --policy <name> or --policy-file <file>']
      : []),
  ];
  if (mistakes.length > 0) throw new WrongInputError(`Something is missing: ${mistakes.join('; ')}.`);
}

/** The folder of a submission's blobs, and the end of its id. */
type Place = { readonly applicationId: string; readonly track: string; readonly requestId: string };

/** Ids of flights are the same in capitals; Rampart writes them small. */
export const placeOf = ({ app, flight }: SubmitOptions, requestId: string): Place => ({
  applicationId: app,
  track: flight?.toLowerCase() ?? 'production',
  requestId,
});

export const blobNameOf = ({ applicationId, track, requestId }: Place, fileName: string): string =>
  `${applicationId}/${track}/${requestId}/${fileName}`;

export const submissionIdOf = ({ applicationId, track, requestId }: Place): string =>
  `${applicationId}.${track}.${requestId}`;

/** The body of POST /api/submissions. What was not asked for is left to Rampart. */
export function submitRequest(
  options: SubmitOptions,
  { policy, notes }: Attached,
  requestId: string,
  fileNames: readonly string[],
) {
  const place = placeOf(options, requestId);
  const { publisher, flight, publishMode, mandatoryFrom, onPending } = options;
  const existingPackages = existingPackagesOf(options);
  return {
    requestId,
    ...(publisher !== undefined && { publisher }),
    applicationId: place.applicationId,
    ...(flight !== undefined && { flightId: place.track }),
    packages: fileNames.map((fileName) => blobNameOf(place, fileName)),
    ...(existingPackages !== undefined && { existingPackages }),
    ...(policy ? { policy: z.encode(policySchema, policy) } : { policyName: options.policy }),
    ...(publishMode !== undefined && { publishMode }),
    ...(mandatoryFrom !== undefined && { mandatoryUpdate: { from: mandatoryFrom } }),
    ...(notes !== undefined && { notesForCertification: notes }),
    ...(onPending !== undefined && { onPendingSubmission: onPending }),
  };
}
type SubmitRequest = ReturnType<typeof submitRequest>;

function existingPackagesOf({ keep, replace, remove }: SubmitOptions) {
  if (replace) return 'replace';
  if (remove !== undefined) return { remove };
  return keep ? 'keep' : undefined;
}

/** Finds before the upload what Rampart would refuse after it. @throws WrongInputError with every mistake */
export function requireValid(request: SubmitRequest): void {
  const result = requestSchema.safeParse(request);
  if (result.success) return;
  throw new WrongInputError('This cannot be submitted:', {
    mistakes: mistakesOf(result.error, requestSchema),
  });
}
