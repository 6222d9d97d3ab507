import { listIn } from '../settings/environment.ts';
import type { Environment } from '../settings/names.ts';
import { safeUrlSchema } from '../settings/safeUrl.ts';
import { type Channel, channelsSchema } from './channel.ts';
import type { LinkSettings } from './link.ts';

/** The settings of telling people. Each problem is one line, without a value in it: some are credentials. */

export const channelsIn = (environment: Environment, problems: string[]): readonly Channel[] =>
  listIn(environment, 'RAMPART_CHANNELS', channelsSchema, problems) ?? [];

/** A channel of a publisher that is none would never be told of anything. */
export function refuseUnknownPublishers(
  channels: readonly Channel[],
  known: readonly string[],
  problems: string[],
): void {
  for (const { name, publishers = [] } of channels)
    for (const [index, publisher] of publishers.entries())
      if (!known.includes(publisher))
        problems.push(
          `RAMPART_CHANNELS: publishers[${index}] of the channel ${name} is none of RAMPART_PUBLISHERS: ${known.join(', ')}`,
        );
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

const publicUrlSchema = safeUrlSchema.refine((text) => {
  const url = URL.parse(text);
  return url !== null && `${url.pathname}${url.search}${url.hash}` === '/';
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
