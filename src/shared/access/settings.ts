import { z } from 'zod';
import { mistakesOf } from '../mistakes.ts';
import { type NamedKey, namedKeysSchema } from './keys.ts';
import type { AccessSettings } from './principal.ts';
import { roles } from './roles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const functionKeyRoles = [...roles, 'none'] as const;
const functionKeyRoleSchema = z.enum(functionKeyRoles);

/** Who may call, and who is believed. Each problem is one line, without a key in it. */
export const accessIn = (environment: Environment, problems: string[]): AccessSettings => ({
  keys: keysIn(environment.RAMPART_KEYS, problems),
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

function keysIn(setting: string | undefined, problems: string[]): readonly NamedKey[] {
  if (!setting) return [];
  const list = parseJson(setting);
  if (list === undefined) {
    problems.push('RAMPART_KEYS is not JSON');
    return [];
  }
  const result = namedKeysSchema.safeParse(list);
  if (result.success) return result.data;
  for (const { path, message } of mistakesOf(result.error, namedKeysSchema))
    problems.push(`RAMPART_KEYS${path && ` ${path}`} ${message}`);
  return [];
}

/** Undefined for what is no JSON: the parser's own message would quote a key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
