import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { requestId } from '../../delivery/request.ts';
import { applicationId, flightId, submissionId } from '../../rollout/ids.ts';
import { InvalidInputError } from '../../text/mistakes.ts';

/** The ids of routes. Each has its pattern before it touches a key or a URL. */

const idSchema = (own: string, form: string) => {
  const pattern = new RegExp(String.raw`^${applicationId}\.(production|${flightId})\.${own}$`);
  return z
    .string()
    .transform(withSmallFlight)
    .refine((id) => pattern.test(id), `is not ${form}`);
};

/** Flight ids are the same in capitals. */
function withSmallFlight(id: string): string {
  const [application = '', track = '', ...rest] = id.split('.');
  return [application, track.toLowerCase(), ...rest].join('.');
}

const rolloutIdForm = '{applicationId}.{flightId or "production"}.{submissionId}';
export const rolloutIdSchema = idSchema(submissionId, rolloutIdForm);

const deliveryIdForm = '{applicationId}.{flightId or "production"}.{requestId}';
const deliveryIdSchema = idSchema(requestId, deliveryIdForm);

/** The `{id}` of the route. @throws InvalidInputError */
export const rolloutIdIn = (request: HttpRequest): string =>
  idIn(request, rolloutIdSchema, 'a rollout', rolloutIdForm);

/** The `{id}` of the route. @throws InvalidInputError */
export const deliveryIdIn = (request: HttpRequest): string =>
  idIn(request, deliveryIdSchema, 'a submission', deliveryIdForm);

function idIn(request: HttpRequest, schema: z.ZodType<string>, what: string, form: string): string {
  const { data } = schema.safeParse(request.params.id ?? '');
  if (data !== undefined) return data;
  throw new InvalidInputError(`The id is not ${what}'s: it has the form ${form}.`, [
    { path: 'id', message: `is not ${form}` },
  ]);
}
