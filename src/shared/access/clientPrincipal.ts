import { z } from 'zod';
import { UnauthorizedError } from './errors.ts';
import { appRoleOf, highestOf, type Role, roles } from './roles.ts';

/**
 * Who signed in, as App Service Authentication tells it: base64 of JSON with the claims of the token.
 * learn.microsoft.com/azure/app-service/configure-authentication-user-identities#decode-the-client-principal-header
 */
export const principalHeader = 'x-ms-client-principal';

/** A person who is signed in. Without a name where the sign-in is that of a program, without a role where none was assigned. */
export type Person = { readonly name: string | undefined; readonly role: Role | undefined };

/** Larger than any set of headers that App Service lets through. */
const longestHeader = 64 * 1_024;
const longestName = 128;

const claimSchema = z.object({ typ: z.string(), val: z.string() });
type Claim = z.output<typeof claimSchema>;
const principalSchema = z.object({
  claims: z.array(claimSchema),
  name_typ: z.string().nullish(),
  role_typ: z.string().nullish(),
});

/** The type that the principal itself says to look for. */
type Chosen = string | null | undefined;

const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** Names that the directory gives out and that are unique in it, before those that people may choose for themselves. */
const nameTypes = (chosen: Chosen): readonly (readonly Chosen[])[] => [
  ['upn', `${soap}/upn`],
  ['preferred_username'],
  [chosen],
  ['email', `${soap}/emailaddress`],
];

/**
 * Entra ID calls app roles `roles`, and App Service names another type as `role_typ` all the same:
 * github.com/AzureAD/microsoft-identity-web/pull/2166, github.com/Azure/azure-functions-host/issues/3898
 */
const roleTypes = (chosen: Chosen): readonly Chosen[] => [
  chosen,
  'roles',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
];

const appRoles: ReadonlyMap<string, Role> = new Map(roles.map((role) => [appRoleOf(role), role]));

/**
 * Reads the header. Whether it can be believed is the caller's to know.
 *
 * @throws UnauthorizedError if it is not what App Service writes, or names two people
 */
export function readPerson(header: string): Person {
  const { claims, name_typ: nameType, role_typ: roleType } = decode(header);
  const roleNames = roleTypes(roleType);
  const held = claims
    .filter(({ typ }) => roleNames.includes(typ))
    .flatMap(({ val }) => appRoles.get(val) ?? []);
  return { name: nameIn(claims, nameType), role: highestOf(held) };
}

function decode(header: string): z.output<typeof principalSchema> {
  if (header.length > longestHeader) throw new UnauthorizedError(`${principalHeader} is too long.`);
  // Buffer passes over what is no base64, and would read two headers that were joined as one.
  if (!z.base64().safeParse(header).success) throw new UnauthorizedError(`${principalHeader} is not base64.`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'base64'));
    return principalSchema.parse(JSON.parse(text));
  } catch {
    // The parser's own words quote what was sent.
    throw new UnauthorizedError(`${principalHeader} is not a principal of App Service.`);
  }
}

function nameIn(claims: readonly Claim[], chosen: Chosen): string | undefined {
  for (const types of nameTypes(chosen)) {
    const names = new Set(
      claims
        .filter(({ typ }) => types.includes(typ))
        .map(({ val }) => clean(val))
        .filter((name) => name !== ''),
    );
    if (names.size > 1) throw new UnauthorizedError(`${principalHeader} names two people.`);
    for (const name of names) return name;
  }
  return undefined;
}

/**
 * Fit for a journal and for a comparison: one line, of one form, without what no reader sees. Addresses have no case in
 * Entra ID, and one person must not count as two.
 */
function clean(text: string): string {
  const visible = text
    .normalize('NFC')
    .replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const name = [...visible].slice(0, longestName).join('').trim();
  return name.includes('@') ? name.toLowerCase() : name;
}
