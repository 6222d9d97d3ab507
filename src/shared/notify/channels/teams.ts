import { cut, plain } from '../../text/plain.ts';
import type { Channel } from '../channel.ts';
import { footOf, repeatWarning, subjectOf, titleOf } from '../title.ts';
import { buttonOf, type ChannelRequest, type Message } from './message.ts';

/**
 * For Teams, by its app Workflows and the trigger "When a Teams webhook request is received": an Adaptive Card in the
 * envelope that the flow's template reads.
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export function renderTeams({ url }: Channel, message: Message): ChannelRequest {
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content: cardOf(message),
  };
  return {
    url,
    // Named, because Teams has counted each byte twice where it was not.
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ type: 'message', attachments: [attachment] }),
  };
}

/** A message may have 28 KB, and may be counted as UTF-16; the journal has the whole sentence. */
const longestText = 2_000;

function cardOf({ notice, links, mayRepeat }: Message) {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      ...(mayRepeat ? [text(repeatWarning, { isSubtle: true })] : []),
      text(titleOf(notice), { weight: 'Bolder', size: 'Medium' }),
      text(notice.sentence),
      text(subjectOf(notice), { isSubtle: true }),
      text(footOf(notice), { isSubtle: true, size: 'Small' }),
    ],
    actions: links.map(({ action, url }) => ({ type: 'Action.OpenUrl', title: buttonOf(action), url })),
  };
}

/** A TextRun shows what it has. A TextBlock would read it as Markdown, with the links of whoever wrote it. */
const text = (content: string, style: Readonly<Record<string, string | boolean>> = {}) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text: cut(plain(content), longestText), ...style }],
});
