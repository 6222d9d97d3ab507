import type { Channel, WebhookChannel } from '../../../src/shared/notify/channel.ts';
import type { Message } from '../../../src/shared/notify/channels/message.ts';
import type { Notice } from '../../../src/shared/notify/notice.ts';
import { applicationId, flightId, start, submissionId } from '../../support/builders.ts';

/** Notices and channels for tests, each with what the test does not care about filled in. */

const rolloutId = `${applicationId}.${flightId}.${submissionId}`;

export const notice = (change: Partial<Notice> = {}): Notice => ({
  id: `${rolloutId}.12`,
  event: 'held',
  at: start,
  rolloutId,
  sequence: 12,
  publisher: 'contoso',
  ...{ applicationId, flightId, submissionId },
  versions: ['2.0.0.0'],
  phase: 'ramping',
  percentage: 25,
  sentence: 'Holding at 25 % while it is bad.',
  actor: 'policy',
  haltable: true,
  ...change,
});

export const message = (change: Partial<Notice> = {}, rest: Partial<Message> = {}): Message => ({
  notice: notice(change),
  links: [],
  mayRepeat: false,
  ...rest,
});

export const teams = {
  kind: 'teams',
  name: 'team',
  url: 'https://flow.example/hook?sig=hush',
} satisfies Channel;
export const slack = {
  kind: 'slack',
  name: 'slack',
  url: 'https://hooks.slack.example/T/B/hush',
} satisfies Channel;
export const webhook: WebhookChannel = {
  kind: 'webhook',
  name: 'hook',
  url: 'https://hook.example/in',
  secret: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
};
