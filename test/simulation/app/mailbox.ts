import { z } from 'zod';
import type { LinkAction } from '../../../src/shared/notify/link.ts';

/** A link as its reader has it: its token is all that a browser would send. */
export type HeldLink = { readonly rolloutId: string; readonly action: LinkAction; readonly token: string };

const sentSchema = z.object({ url: z.url().transform((url) => new URL(url).hash.slice(1)) });
const messageSchema = z.object({
  data: z.object({
    rolloutId: z.string(),
    links: z.object({ approve: sentSchema.optional(), halt: sentSchema.optional() }),
  }),
});

/** What people keep of the messages that they read: the links, the oldest first. */
export class Mailbox {
  readonly #held = new Map<string, HeldLink>();

  /** The links of a message; none of one that came before. */
  take(body: string): readonly HeldLink[] {
    const { rolloutId, links } = messageSchema.parse(JSON.parse(body)).data;
    const brought = (['approve', 'halt'] as const).flatMap((action) => {
      const token = links[action]?.url;
      return token === undefined || this.#held.has(token) ? [] : [{ rolloutId, action, token }];
    });
    for (const link of brought) this.#held.set(link.token, link);
    return brought;
  }

  last(wanted: (link: HeldLink) => boolean): HeldLink | undefined {
    return [...this.#held.values()].findLast(wanted);
  }
}
