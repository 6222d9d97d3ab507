import type { MessageQueue } from '../queues/queue.ts';
import type { Outbox } from '../state/outbox.ts';
import type { UsedLinks } from '../state/usedLinks.ts';
import type { Channel } from './channel.ts';
import type { Post } from './post.ts';

/** What makes links: the key that signs them, and where people reach this app, without a slash at its end. */
export type LinkSettings = { readonly key: string; readonly publicUrl: string };

/** Everything that telling people needs. */
export type Notifications = {
  /** By name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly outbox: Outbox;
  readonly queue: MessageQueue;
  readonly post: Post;
  /** Without them, messages come without links, and no link is good. */
  readonly links: LinkSettings | undefined;
  readonly usedLinks: UsedLinks;
};
