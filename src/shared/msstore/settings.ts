import { existsSync } from 'node:fs';
import { z } from 'zod';
import { haveNamesOfTheirOwn, listIn, settingNameSchema } from '../settings/environment.ts';
import type { Environment } from '../settings/names.ts';
import { publisherCredentialSchema } from './credential.ts';

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is not a GUID');

const publisherSchema = z.strictObject({
  name: settingNameSchema,
  tenantId: guid,
  clientId: guid,
  credential: publisherCredentialSchema,
});
export type PublisherSettings = z.output<typeof publisherSchema>;

const publishersSchema = z
  .array(publisherSchema)
  .min(1, 'must name at least one publisher')
  .refine(haveNamesOfTheirOwn, 'has two publishers of one name');

/** The publishers, each with how it proves itself. */
export function publishersIn(environment: Environment, problems: string[]): PublisherSettings[] | undefined {
  if (!environment.RAMPART_PUBLISHERS) {
    problems.push(
      'RAMPART_PUBLISHERS is missing: a JSON list such as [{"name":"contoso","tenantId":"…","clientId":"…","credential":{"kind":"secret","clientSecret":"…"}}]',
    );
    return undefined;
  }
  const publishers = listIn(environment, 'RAMPART_PUBLISHERS', publishersSchema, problems);
  return publishers && checkFiles(publishers, problems);
}

/** A certificate that is not there would only show when the first token is needed. */
function checkFiles(publishers: PublisherSettings[], problems: string[]): PublisherSettings[] {
  for (const { name, credential } of publishers)
    if (credential.kind === 'certificate' && 'path' in credential && !existsSync(credential.path))
      problems.push(`RAMPART_PUBLISHERS: the certificate of ${name} is not at its path`);
  return publishers;
}
