import { timingSafeEqual } from 'node:crypto';
import { UnauthorizedError } from '../access/errors.ts';
import { digestOf } from '../secrets/sharedSecret.ts';
import { isSigned, replayWindow, type SignedContent, type SignedRequest } from '../secrets/signedContent.ts';
import { signedContentOf } from '../secrets/standardWebhooks.ts';
import type { AlertFormat } from './alert.ts';
import { type AlertSender, alertKeyHeader, alertKeyParameter } from './senders.ts';
import { hmacContents } from './signatures.ts';

/** What of a request proves its sender. `body` is the text as it came: reading it changes it. */
export type AlertRequest = SignedRequest & {
  readonly query: { getAll(name: string): readonly string[] };
};

/**
 * The name of the sender that the request comes from. Every sender of the format is tried to the end, so that the time
 * tells nothing of which one was nearly right.
 *
 * @param now milliseconds since the epoch
 * @throws UnauthorizedError whose message names the senders and what each misses, never a secret; for the log
 */
export function authenticate(
  senders: readonly AlertSender[],
  format: AlertFormat,
  request: AlertRequest,
  now: number,
): string {
  const verdicts = senders
    .filter((sender) => sender.format === format)
    .map((sender) => ({ name: sender.name, flaw: flawOf(sender, request, now) }));
  const proven = verdicts.find(({ flaw }) => flaw === undefined);
  if (proven) return proven.name;
  const flaws = verdicts.map(({ name, flaw }) => `${name}: ${flaw}`).join('; ');
  throw new UnauthorizedError(
    `An alert of the format ${format} comes from no known sender (${flaws || 'RAMPART_ALERT_SENDERS names none of it'}).`,
  );
}

/** What keeps the request from being the sender's; undefined where it is. */
function flawOf({ format, auth }: AlertSender, request: AlertRequest, now: number): string | undefined {
  switch (auth.kind) {
    case 'standardWebhooks':
      return flawIn(signedContentOf(request), auth.secrets, now);
    case 'hmac':
      return flawIn(hmacContents[format](request), auth.secrets, now);
    case 'bearer':
      return flawOfSecret(credentials('bearer', request), auth.digests, 'the bearer token');
    case 'basic':
      return flawOfSecret(credentials('basic', request), auth.digests, 'the user or the password');
    case 'key':
      return flawOfSecret(keyIn(format, request), auth.digests, 'the key');
  }
}

function flawIn(
  content: SignedContent | undefined,
  secrets: Parameters<typeof isSigned>[1],
  now: number,
): string | undefined {
  if (content === undefined || content.signatures.length === 0)
    return 'a header of the signature is missing or malformed';
  if (!isSigned(content, secrets)) return 'the signature is of another secret or of another body';
  const signedAt = content.signedAt();
  if (signedAt === undefined) return 'the time of the signature is missing or malformed';
  const isRecent = now - signedAt <= content.window && signedAt - now <= replayWindow;
  return isRecent ? undefined : 'the signature is right, and its time is too far from now';
}

function flawOfSecret(
  sent: string | undefined,
  digests: readonly Buffer[],
  what: string,
): string | undefined {
  const digest = digestOf(sent ?? '');
  const equal = digests.map((one) => timingSafeEqual(digest, one));
  if (sent === undefined) return `${what} is missing`;
  return equal.includes(true) ? undefined : `${what} is wrong`;
}

/** What follows the scheme in `Authorization`; schemes are the same in capitals. */
function credentials(scheme: string, { headers }: AlertRequest): string | undefined {
  const [, given, value] = /^(\S+) +(\S+)$/.exec(headers.get('authorization') ?? '') ?? [];
  return given?.toLowerCase() === scheme ? value : undefined;
}

/** Only Azure Monitor cannot send a header of one's own; a key in a URL stands in every log on the way. */
function keyIn(format: AlertFormat, { headers, query }: AlertRequest): string | undefined {
  const header = headers.get(alertKeyHeader) ?? undefined;
  if (header !== undefined || format !== 'azureMonitor') return header;
  const [key, ...others] = query.getAll(alertKeyParameter);
  return others.length === 0 ? key : undefined;
}
