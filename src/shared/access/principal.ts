import { functionKey, type Who } from '../rollout/vocabulary.ts';
import { principalHeader, readPerson } from './clientPrincipal.ts';
import { ForbiddenError, UnauthorizedError } from './errors.ts';
import { findKey, keyHeader, type NamedKey } from './keys.ts';
import { appRoleOf, mayDo, type Role, roles } from './roles.ts';

export type AccessSettings = {
  readonly keys: readonly NamedKey[];
  /** What a caller has who brings only the platform's function key. `none` demands a named key or a person. */
  readonly functionKeyRole: Role | 'none';
  /** Whether App Service signs people in, and so takes away whatever principal a caller made up. */
  readonly authentication: 'off' | 'appService';
};

/** Who asks, and what they may do. */
export type Principal = { readonly who: Who; readonly role: Role };

/** A request's headers; their names have no case. */
type RequestHeaders = Pick<Headers, 'get'>;

/**
 * Who a request comes from. The platform has checked its function key already. What a request brings must hold: a key
 * that is wrong, or a principal that cannot be believed, is refused and never passed over for the rest. A person who
 * sends a key as well is the person, with the person's role.
 *
 * @throws UnauthorizedError, ForbiddenError for a person without a role
 */
export function principalOf(headers: RequestHeaders, access: AccessSettings): Principal {
  const key = keyIn(headers, access);
  const person = personIn(headers, access);
  if (person) return person;
  if (key) return { who: { actor: 'key', by: key.name }, role: key.role };
  if (access.functionKeyRole === 'none')
    throw new UnauthorizedError('Only a function key came, and RAMPART_FUNCTION_KEY_ROLE is none.');
  return { who: functionKey, role: access.functionKeyRole };
}

/** The same, for a route that needs a role. @throws UnauthorizedError, ForbiddenError */
export function authorize(headers: RequestHeaders, access: AccessSettings, needed: Role): Principal {
  const principal = principalOf(headers, access);
  if (!mayDo(principal.role, needed))
    throw new ForbiddenError(`This needs the role ${needed}; yours is ${principal.role}.`);
  return principal;
}

function keyIn(headers: RequestHeaders, { keys }: AccessSettings): NamedKey | undefined {
  const sent = headers.get(keyHeader);
  if (sent === null) return undefined;
  const key = findKey(sent, keys);
  if (!key) throw new UnauthorizedError(`${keyHeader} is none of the named keys.`);
  return key;
}

function personIn(headers: RequestHeaders, { authentication }: AccessSettings): Principal | undefined {
  const header = headers.get(principalHeader);
  if (header === null) return undefined;
  // Nobody but App Service may say who is signed in, and where that is off anyone can send the header.
  if (authentication === 'off')
    throw new UnauthorizedError(`${principalHeader} came, and App Service Authentication is off.`);
  const { name, role } = readPerson(header);
  if (name === undefined) throw new UnauthorizedError(`${principalHeader} names nobody.`);
  if (role === undefined)
    throw new ForbiddenError(`Your account has none of ${roles.map(appRoleOf).join(', ')}.`);
  return { who: { actor: 'person', by: name }, role };
}
