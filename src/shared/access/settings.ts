import { z } from 'zod';
import { listIn } from '../settings/environment.ts';
import type { Environment } from '../settings/names.ts';
import { namedKeysSchema } from './keys.ts';
import type { AccessSettings } from './principal.ts';
import { roles } from './roles.ts';

const functionKeyRoles = [...roles, 'none'] as const;
const functionKeyRoleSchema = z.enum(functionKeyRoles);

/** Who may call, and who is believed. Each problem is one line, without a key in it. */
export const accessIn = (environment: Environment, problems: string[]): AccessSettings => ({
  keys: listIn(environment, 'RAMPART_KEYS', namedKeysSchema, problems) ?? [],
  functionKeyRole: functionKeyRoleIn(environment.RAMPART_FUNCTION_KEY_ROLE, problems),
  authentication: isAuthenticationOn(environment.WEBSITE_AUTH_ENABLED) ? 'appService' : 'off',
});

/**
 * App Service sets `WEBSITE_AUTH_ENABLED` itself, to `True`, and the Functions host reads it as .NET reads a boolean.
 * learn.microsoft.com/azure/app-service/reference-app-settings, "Authentication & Authorization";
 * github.com/Azure/azure-functions-host, EnvironmentExtensions.IsEasyAuthEnabled
 */
const isAuthenticationOn = (setting = ''): boolean => setting.trim().toLowerCase() === 'true';

function functionKeyRoleIn(
  setting: string | undefined,
  problems: string[],
): AccessSettings['functionKeyRole'] {
  if (!setting) return 'approver';
  const { data } = functionKeyRoleSchema.safeParse(setting);
  if (data === undefined)
    problems.push(`RAMPART_FUNCTION_KEY_ROLE must be one of ${functionKeyRoles.join(', ')}`);
  return data ?? 'none';
}
