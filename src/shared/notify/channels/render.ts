import type { Channel } from '../channel.ts';
import type { ChannelRequest, Message } from './message.ts';
import { renderSlack } from './slack.ts';
import { renderTeams } from './teams.ts';
import { renderWebhook } from './webhook.ts';

/** The POST with which a channel is told. @param now in ms since 1970, real time */
export function render(channel: Channel, message: Message, now: number): ChannelRequest {
  switch (channel.kind) {
    case 'teams':
      return renderTeams(channel, message);
    case 'slack':
      return renderSlack(channel, message);
    case 'webhook':
      return renderWebhook(channel, message, now);
  }
}
