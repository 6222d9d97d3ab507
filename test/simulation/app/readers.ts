import type { Channel } from '../../../src/shared/notify/channel.ts';
import type { LinkSettings } from '../../../src/shared/notify/link.ts';
import type { Post, PostOutcome } from '../../../src/shared/notify/post.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Outside } from '../engine/outside.ts';
import { secretOf, webhookSecret } from './secrets.ts';

/** The people who are told: one channel that takes everything, behind a line on which messages get lost. */

const channel: Channel = {
  kind: 'webhook',
  name: 'people',
  url: `https://people.invalid/${secretOf('hook')}`,
  secret: webhookSecret,
};
export const channels: readonly Channel[] = [channel];

/** What the links in their messages are signed with, and where they lead. */
export const links: LinkSettings = {
  key: secretOf('links').padEnd(64, '-'),
  publicUrl: 'https://rampart.invalid',
};

/** @param onRead a message has come to its reader */
export const postOf =
  (outside: Outside, onRead: (id: string, body: string) => void) =>
  (owner: Owner): Post => {
    const carry = outside.carrierOf(owner, 'people');
    return async ({ headers, body }): Promise<PostOutcome> => {
      try {
        await carry({ name: 'post', writes: true }, () => onRead(headers['webhook-id'] ?? '', body));
        return { kind: 'sent', outcome: 'answered 200' };
      } catch {
        return { kind: 'failed', outcome: 'could not be reached', mayHaveArrived: true };
      }
    };
  };
