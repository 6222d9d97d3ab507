import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ChannelRequest } from '../../../src/shared/notify/channels/message.ts';
import { renderSlack } from '../../../src/shared/notify/channels/slack.ts';
import { renderTeams } from '../../../src/shared/notify/channels/teams.ts';
import { renderWebhook } from '../../../src/shared/notify/channels/webhook.ts';
import { signatureOf } from '../../../src/shared/secrets/standardWebhooks.ts';
import { start } from '../../support/builders.ts';
import { message, slack, teams, webhook } from './notices.fixture.ts';

const links = (['approve', 'halt'] as const).map((action) => ({
  action,
  url: `https://rampart.example/api/links#${action}`,
  expiresAt: start,
}));
const bodyOf = ({ body }: ChannelRequest): unknown => JSON.parse(body);

const hostile = [
  '<!channel> <@U1> <https://evil.example|click> & more',
  '[click](https://evil.example) **bold** {{DATE(2017-02-14T06:00:00Z)}}',
  'one\ntwo\r\n\u2028three\u0000',
  'right-to-left \u202Eeslaf\u2066',
  'half a pair \uD800',
  '"}],"actions":[{"type":"Action.Http"}]',
] as const;

describe('Teams', () => {
  const cardSchema = z.object({
    type: z.literal('message'),
    attachments: z.tuple([
      z.object({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.object({
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          body: z.array(
            z.object({
              type: z.literal('RichTextBlock'),
              inlines: z.tuple([z.object({ type: z.literal('TextRun'), text: z.string() })]),
            }),
          ),
          actions: z.array(
            z.object({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.string() }),
          ),
        }),
      }),
    ]),
  });
  const cardOf = (request: ChannelRequest) => cardSchema.parse(bodyOf(request)).attachments[0].content;
  const linesOf = (request: ChannelRequest) => cardOf(request).body.map(({ inlines }) => inlines[0].text);

  test('gets an Adaptive Card in the envelope of Workflows', () => {
    const request = renderTeams(teams, message({}, { links }));
    expect(request).toMatchObject({
      url: teams.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(linesOf(request)).toEqual([
      'Held at 25 %',
      'Holding at 25 % while it is bad.',
      '9NBLGGH4R315 · flight 7bfc11d5-f710-47c5-8a98-e04bb5aad310 · submission 1152921504621086517 · version 2.0.0.0',
      '2026-11-02 00:00 UTC · by policy · 9NBLGGH4R315.7bfc11d5-f710-47c5-8a98-e04bb5aad310.1152921504621086517.12',
    ]);
    expect(cardOf(request).actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Approve…', url: links[0]?.url },
      { type: 'Action.OpenUrl', title: 'Halt…', url: links[1]?.url },
    ]);
  });

  test.each(hostile)('shows %j as text that nobody reads as Markdown', (sentence) => {
    const request = renderTeams(teams, message({ sentence }));
    // The schema admits nothing but TextRuns, of which Markdown is not read.
    expect(cardOf(request).actions).toEqual([]);
    expect(linesOf(request)[1]).not.toMatch(/[\p{Cc}\u2028\u202E\u2066]/u);
    expect(linesOf(request).every((line) => line.isWellFormed())).toBe(true);
  });

  test('stays below the 28 KB of a message, counted as UTF-16, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4_000, size: 'max' }), (text) => {
        const said = message({ sentence: text, by: text.slice(0, 500) }, { links, mayRepeat: true });
        expect(renderTeams(teams, said).body.length * 2).toBeLessThan(28_000);
      }),
      { numRuns: 20 },
    );
    const quotes = message({ sentence: '"'.repeat(4_000) }, { links });
    expect(renderTeams(teams, quotes).body.length * 2).toBeLessThan(28_000);
  });

  test('is told when it may be a repeat', () => {
    expect(linesOf(renderTeams(teams, message({}, { mayRepeat: true })))[0]).toMatch(/^This may be a repeat/);
  });
});

describe('Slack', () => {
  const textSchema = z.object({
    type: z.enum(['mrkdwn', 'plain_text']),
    text: z.string(),
    verbatim: z.boolean().optional(),
  });
  const slackSchema = z.object({
    text: z.string(),
    blocks: z
      .array(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('header'), text: textSchema }),
          z.object({ type: z.literal('section'), text: textSchema }),
          z.object({ type: z.literal('context'), elements: z.array(textSchema).max(10) }),
          z.object({
            type: z.literal('actions'),
            elements: z
              .array(z.object({ type: z.literal('button'), text: textSchema, url: z.string().max(3_000) }))
              .max(25),
          }),
        ]),
      )
      .max(50),
    unfurl_links: z.literal(false),
  });
  const blocksOf = (request: ChannelRequest) => slackSchema.parse(bodyOf(request)).blocks;
  const textsOf = (request: ChannelRequest) =>
    blocksOf(request).flatMap((block) =>
      block.type === 'context' ? block.elements : block.type === 'actions' ? [] : [block.text],
    );

  test('gets blocks, and a line for where blocks are not shown', () => {
    const request = renderSlack(slack, message({}, { links }));
    expect(slackSchema.parse(bodyOf(request)).text).toBe('Held at 25 %: Holding at 25 % while it is bad.');
    expect(blocksOf(request).map(({ type }) => type)).toEqual([
      'header',
      'section',
      'context',
      'context',
      'actions',
    ]);
  });

  test('without links has no buttons: Slack refuses an empty list', () => {
    expect(blocksOf(renderSlack(slack, message())).map(({ type }) => type)).not.toContain('actions');
  });

  test.each(hostile)('mentions and links nobody for %j', (sentence) => {
    const request = renderSlack(slack, message({ sentence }));
    const [, said] = textsOf(request);
    expect(said?.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|[\p{Cc}\u2028\u202E\u2066]/u);
    expect(
      textsOf(request)
        .filter(({ type }) => type === 'mrkdwn')
        .every(({ verbatim }) => verbatim),
    ).toBe(true);
    expect(slackSchema.parse(bodyOf(request)).text).not.toMatch(/[<>]/);
  });

  test('escapes three characters, and no other', () => {
    const [, said] = textsOf(renderSlack(slack, message({ sentence: `a < b && c > "d" 'e'` })));
    expect(said?.text).toBe(`a &lt; b &amp;&amp; c &gt; "d" 'e'`);
  });

  test('cuts what is too long, and never an entity or a character in half', () => {
    const [, said] = textsOf(
      renderSlack(slack, message({ sentence: `${'x'.repeat(7)}${'&😀'.repeat(2_000)}` })),
    );
    expect(said?.text.length).toBeLessThanOrEqual(3_000);
    expect(said?.text).toMatch(/^x{7}(&amp;😀)+(&amp;)?…$/u);
  });
});

describe('a webhook', () => {
  const now = Date.parse('2026-11-02T10:00:00.900Z');
  const request = renderWebhook(webhook, message({}, { links }), now);

  test('is signed after Standard Webhooks', () => {
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request.headers;
    expect(id).toBe('9NBLGGH4R315_7bfc11d5-f710-47c5-8a98-e04bb5aad310_1152921504621086517_12');
    expect(timestamp).toBe('1793613600');
    const expected = createHmac('sha256', '0123456789abcdef0123456789abcdef')
      .update(`${id}.${timestamp}.${request.body}`)
      .digest('base64');
    expect(signature).toBe(`v1,${expected}`);
  });

  test('whose secret changes is signed with both, for readers that know either', () => {
    const secrets = ['0', '1'].map((byte) => `whsec_${Buffer.from(byte.repeat(32)).toString('base64')}`);
    const { headers, body } = renderWebhook({ ...webhook, secret: secrets }, message(), now);
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']?.split(' ')).toEqual(
      secrets.map((secret) => signatureOf(secret, content)),
    );
  });

  test('has a type, a time, and the whole of it', () => {
    expect(bodyOf(request)).toEqual({
      type: 'rollout.held',
      timestamp: '2026-11-02T00:00:00.000Z',
      data: {
        id: '9NBLGGH4R315.7bfc11d5-f710-47c5-8a98-e04bb5aad310.1152921504621086517.12',
        rolloutId: '9NBLGGH4R315.7bfc11d5-f710-47c5-8a98-e04bb5aad310.1152921504621086517',
        sequence: 12,
        publisher: 'contoso',
        applicationId: '9NBLGGH4R315',
        flightId: '7bfc11d5-f710-47c5-8a98-e04bb5aad310',
        submissionId: '1152921504621086517',
        versions: ['2.0.0.0'],
        phase: 'ramping',
        percentage: 25,
        title: 'Held at 25 %',
        sentence: 'Holding at 25 % while it is bad.',
        actor: 'policy',
        links: {
          approve: {
            url: 'https://rampart.example/api/links#approve',
            expiresAt: '2026-11-02T00:00:00.000Z',
          },
          halt: { url: 'https://rampart.example/api/links#halt', expiresAt: '2026-11-02T00:00:00.000Z' },
        },
      },
    });
  });

  test('is the same in every byte when it is sent again, but for the attempt’s time and signature', () => {
    const again = renderWebhook(webhook, message({}, { links, mayRepeat: true }), now + 60_000);
    expect(again.body).toBe(request.body);
    expect(again.headers['webhook-id']).toBe(request.headers['webhook-id']);
    expect(again.headers['webhook-timestamp']).not.toBe(request.headers['webhook-timestamp']);
    expect(again.headers['webhook-signature']).not.toBe(request.headers['webhook-signature']);
  });
});
