import { z } from 'zod';
import { mistakesOf } from '../mistakes.ts';
import { type Channel, channelsSchema } from './channel.ts';
import type { LinkSettings } from './notifications.ts';

/** The settings of telling people. Each problem is one line, without a value in it: some are credentials. */

type Environment = Readonly<Record<string, string | undefined>>;

export function channelsIn(setting: string | undefined, problems: string[]): readonly Channel[] {
  if (!setting) return [];
  const list = parseJson(setting);
  if (list === undefined) {
    problems.push('RAMPART_CHANNELS is not JSON');
    return [];
  }
  const result = channelsSchema.safeParse(list);
  if (result.success) return result.data;
  for (const { path, message } of mistakesOf(result.error, channelsSchema))
    problems.push(`RAMPART_CHANNELS${path && ` ${path}`} ${message}`);
  return [];
}

/** Undefined for what is no JSON: the parser's own message would quote a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shortestKey = 32;

/** Without a key there are no links. */
export function linksIn(environment: Environment, problems: string[]): LinkSettings | undefined {
  const key = environment.RAMPART_LINKS_KEY;
  if (!key) return undefined;
  const publicUrl = publicUrlIn(environment, problems);
  if (key.length < shortestKey)
    problems.push(`RAMPART_LINKS_KEY must have at least ${shortestKey} characters`);
  // Where the platform cannot read the secret, the setting is the reference itself: long enough, and no secret.
  if (key.startsWith('@Microsoft.KeyVault('))
    problems.push('RAMPART_LINKS_KEY is a Key Vault reference that could not be resolved');
  return publicUrl === undefined ? undefined : { key, publicUrl };
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const publicUrlSchema = z.url({ protocol: /^https?$/ }).refine((url) => {
  const { protocol, hostname, pathname, search, hash } = new URL(url);
  return (protocol === 'https:' || loopback.test(hostname)) && `${pathname}${search}${hash}` === '/';
});

/** The platform names the host; Core Tools names one with a port, on this machine. */
function publicUrlIn(environment: Environment, problems: string[]): string | undefined {
  const host = environment.WEBSITE_HOSTNAME;
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host ?? '') ? 'http' : 'https';
  const url = environment.RAMPART_PUBLIC_URL || (host && `${scheme}://${host}`);
  if (!url) {
    problems.push('RAMPART_LINKS_KEY needs RAMPART_PUBLIC_URL: where people reach this app');
    return undefined;
  }
  const { data } = publicUrlSchema.safeParse(url);
  if (data === undefined) {
    problems.push('RAMPART_PUBLIC_URL must be https://, a host, and nothing behind it');
    return undefined;
  }
  return new URL(data).origin;
}
