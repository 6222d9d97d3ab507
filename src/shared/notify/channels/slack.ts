import { cut, plain } from '../../text/plain.ts';
import type { Channel } from '../channel.ts';
import { footOf, repeatWarning, subjectOf, titleOf } from '../title.ts';
import { buttonOf, type ChannelRequest, type Message } from './message.ts';

/**
 * For Slack, by an incoming webhook: blocks, and `text` for where blocks are not shown.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function renderSlack({ url }: Channel, message: Message): ChannelRequest {
  const { notice } = message;
  const text = escaped(`${titleOf(notice)}: ${notice.sentence}`, 500);
  return {
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ text, blocks: blocksOf(message), unfurl_links: false, unfurl_media: false }),
  };
}

/** What Slack takes in a header, in the text of a section, and in a line of context. */
const limits = { header: 150, section: 3_000, context: 1_000 } as const;

function blocksOf({ notice, links, mayRepeat }: Message) {
  return [
    ...(mayRepeat ? [context(repeatWarning)] : []),
    { type: 'header', text: { type: 'plain_text', text: cut(titleOf(notice), limits.header), emoji: false } },
    { type: 'section', text: mrkdwn(notice.sentence, limits.section) },
    context(subjectOf(notice)),
    context(footOf(notice)),
    ...(links.length > 0 ? [{ type: 'actions', elements: links.map(button) }] : []),
  ];
}

const button = ({ action, url }: Message['links'][number]) => ({
  type: 'button',
  action_id: action,
  text: { type: 'plain_text', text: buttonOf(action) },
  url,
});

const context = (line: string) => ({ type: 'context', elements: [mrkdwn(line, limits.context)] });

/** With `verbatim`, nothing in the text becomes a link or a mention but what stands in `<…>`, and that is escaped. */
const mrkdwn = (text: string, limit: number) => ({
  type: 'mrkdwn',
  text: escaped(text, limit),
  verbatim: true,
});

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escaped = (text: string, limit: number): string =>
  cut(plain(text), limit, (character) => entities[character] ?? character);
