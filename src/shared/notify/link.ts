import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { equalInConstantTime } from '../secrets/sharedSecret.ts';
import type { Notice } from './notice.ts';

/** What makes links: the key that signs them, and where people reach this app, without a slash at its end. */
export type LinkSettings = { readonly key: string; readonly publicUrl: string };

/** What a link lets its holder do, once, until it expires. */
const linkSchema = z.strictObject({
  rolloutId: z.string(),
  action: z.enum(['approve', 'halt']),
  /** The step that may be left, and since when it is the current one: the link approves no other. */
  approves: z.strictObject({ step: z.number().int(), since: z.number().int() }).optional(),
  /** The journal's entry that its notice speaks of. */
  sequence: z.number().int(),
  /** The channel that it was sent to. */
  channel: z.string(),
  /** In seconds since 1970, real time. */
  expires: z.number().int(),
});
export type Link = Readonly<z.output<typeof linkSchema>>;
export type LinkAction = Link['action'];

/** For how long a link is good, counted from when its notice was written. */
export const linkLifetimeMs = 3 * 24 * 3_600_000;

/**
 * The links that go with a notice. They depend on nothing but the notice, the channel and its time, so that a notice that
 * is sent again has the same ones.
 *
 * @param writtenAt when the notice was written, in ms since 1970, real time
 */
export function linksFor(notice: Notice, channel: string, writtenAt: number): Link[] {
  const { rolloutId, sequence, approvable, haltable } = notice;
  const expires = Math.floor((writtenAt + linkLifetimeMs) / 1_000);
  const common = { rolloutId, sequence, channel, expires };
  const approve = approvable && {
    ...common,
    action: 'approve' as const,
    approves: { step: approvable.step, since: approvable.since.getTime() },
  };
  return [...(approve ? [approve] : []), ...(haltable ? [{ ...common, action: 'halt' as const }] : [])];
}

/** Keeps these signatures apart from any other use of the key. */
const purpose = 'rampart link 1\n';

const signatureOf = (payload: string, key: string): string =>
  createHmac('sha256', key).update(purpose).update(payload).digest('base64url');

/** A link as a token: `base64url(JSON).base64url(HMAC-SHA256)`. */
export function writeLink(link: Link, key: string): string {
  const payload = Buffer.from(JSON.stringify(link)).toString('base64url');
  return `${payload}.${signatureOf(payload, key)}`;
}

/** The page that all links lead to. */
export const linksPath = '/api/links';

/** A link as it goes out. A browser sends nothing of what stands behind `#`, so no server, proxy or log sees a token. */
export const linkUrl = (link: Link, { key, publicUrl }: LinkSettings): string =>
  `${publicUrl}${linksPath}#${writeLink(link, key)}`;

export const longestToken = 2_048;

/** The link that a token stands for; undefined for one that this key did not sign. Whether it has expired is not asked. */
export function readLink(token: string, key: string): Link | undefined {
  const [, payload = '', signature = ''] = /^([\w-]+)\.([\w-]{43})$/.exec(token.slice(0, longestToken)) ?? [];
  if (!equalInConstantTime(signature, signatureOf(payload, key))) return undefined;
  return linkSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
}

export const isExpired = ({ expires }: Link, now: number): boolean => now >= expires * 1_000;

/**
 * What can be used once. The links of all channels share it: whoever sees two of them is still one person. An approval
 * is that of its step, however often it was asked for.
 */
export function useOf({ rolloutId, action, approves, sequence }: Link): string {
  const subject = approves ? [approves.step, approves.since] : [sequence];
  return createHash('sha256')
    .update(JSON.stringify([rolloutId, action, ...subject]))
    .digest('hex');
}
