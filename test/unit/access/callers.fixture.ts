import { namedKeysSchema } from '../../../src/shared/access/keys.ts';
import type { AccessSettings } from '../../../src/shared/access/principal.ts';

export const ciKey = 'ci-key-that-has-32-characters-000';
export const leadKey = 'lead-key-that-has-32-characters-0';

export const keys = namedKeysSchema.parse([
  { name: 'CI', role: 'operator', key: ciKey },
  { name: 'release lead', role: 'approver', key: leadKey },
]);

export const signIn: AccessSettings = { keys, functionKeyRole: 'approver', authentication: 'appService' };
export const noSignIn: AccessSettings = { ...signIn, authentication: 'off' };

export const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
export const roleType = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';

export type Claims = readonly (readonly [typ: string, val: string])[];

export const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

/** As App Service writes it for Entra ID: the name and role types are those of the older tokens. */
export const principalWith = (claims: Claims, more: object = {}): string =>
  base64(
    JSON.stringify({
      auth_typ: 'aad',
      claims: claims.map(([typ, val]) => ({ typ, val })),
      name_typ: `${soap}/emailaddress`,
      role_typ: roleType,
      ...more,
    }),
  );

export const ada: Claims = [
  ['aud', 'b5d2fb40-31a6-4a9a-9d40-1f3c9bd0e7a1'],
  ['http://schemas.microsoft.com/identity/claims/objectidentifier', '5b5450db-eb26-4c1a-981c-ba1d25f0483d'],
  ['name', 'Ada Lovelace'],
  ['preferred_username', 'ada@contoso.com'],
];
