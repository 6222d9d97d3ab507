import { createHmac } from 'node:crypto';
import {
  instantIn,
  replayWindow,
  type SignedContent,
  type SignedRequest,
  signaturesIn,
} from './signedContent.ts';

/**
 * Standard Webhooks 1.0.0: how a message is signed, and what of a request is to be verified.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

const secretPrefix = 'whsec_';

/** The form of a secret: `whsec_`, and its bytes in base64. */
export const secretPattern = /^whsec_[A-Za-z0-9+/]+={0,2}$/;

/** The bytes of a secret that has the form. */
export const bytesOf = (secret: string): Buffer => Buffer.from(secret.slice(secretPrefix.length), 'base64');

/** 24 to 64: the specification, "Signature scheme". */
export const isFitLength = ({ length }: Buffer): boolean => length >= 24 && length <= 64;

const version = 'v1,';

/** One signature as it stands in the header. @param content `{id}.{timestamp}.{body}` */
export const signatureOf = (secret: string, content: string): string =>
  `${version}${createHmac('sha256', bytesOf(secret)).update(content).digest('base64')}`;

/** A message before it is signed. Its id has no dot, since the signed text joins its parts with dots. */
export type Unsigned = { readonly id: string; readonly timestamp: string; readonly body: string };

const contentOf = ({ id, timestamp, body }: Unsigned): string => `${id}.${timestamp}.${body}`;

/** The headers of a signed message. A reader that knows one of the secrets finds its signature in them. */
export const sign = (message: Unsigned, secrets: readonly string[]) => ({
  'webhook-id': message.id,
  'webhook-timestamp': message.timestamp,
  'webhook-signature': secrets.map((secret) => signatureOf(secret, contentOf(message))).join(' '),
});

/** What a request says is signed; undefined where its id could not be one. */
export function signedContentOf({ headers, body }: SignedRequest): SignedContent | undefined {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  // An id with a dot could move what it says into the time.
  if (!/^[^.\s]{1,256}$/.test(id)) return undefined;
  return {
    content: contentOf({ id, timestamp, body }),
    signatures: signaturesIn(headers.get('webhook-signature'), ' ')
      .filter((signature) => signature.startsWith(version))
      .map((signature) => signature.slice(version.length)),
    encoding: 'base64',
    signedAt: () => instantIn(timestamp),
    window: replayWindow,
  };
}
