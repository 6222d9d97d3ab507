import type { LinkAction } from '../link.ts';
import type { Notice } from '../notice.ts';

/** A link as it goes out. */
export type SentLink = { readonly action: LinkAction; readonly url: string; readonly expiresAt: Date };

/** What a channel is to say. */
export type Message = {
  readonly notice: Notice;
  readonly links: readonly SentLink[];
  /** Whether an earlier attempt may have come through. */
  readonly mayRepeat: boolean;
};

/** A POST as it goes out, complete. The URL and the headers may hold credentials. */
export type ChannelRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What is written on the button of a link: it leads to a page that asks first. */
export const buttonOf = (action: LinkAction): string => ({ approve: 'Approve…', halt: 'Halt…' })[action];
