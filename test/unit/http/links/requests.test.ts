import { HttpRequest } from '@azure/functions';
import { describe, expect, test } from 'vitest';
import { longestReason } from '../../../../src/shared/http/input/commands.ts';
import {
  followRequestSchema,
  readLinkRequest,
  showRequestSchema,
} from '../../../../src/shared/http/links/requests.ts';

const token = 'hush.hush';
const json = 'application/json';
const posted = (body: string, type: string | undefined = json) =>
  new HttpRequest({
    method: 'POST',
    url: 'https://rampart.example/api/links/show',
    body: { string: body },
    headers: type === undefined ? {} : { 'content-type': type },
  });
const show = (body: string, type?: string) => readLinkRequest(posted(body, type), showRequestSchema);

describe('what the page asks', () => {
  test.each([json, 'application/json; charset=utf-8', 'Application/JSON'])('is JSON: %s', async (type) => {
    expect(await show(JSON.stringify({ token }), type)).toEqual({ token });
  });

  test.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
  ])('is not what a form of another site can send: "%s"', async (type) => {
    await expect(show(JSON.stringify({ token }), type)).rejects.toThrow('Send application/json');
  });

  test('has a reason when it is to be done, as long as the page lets it be', async () => {
    const follow = (reason: string) =>
      readLinkRequest(posted(JSON.stringify({ token, reason })), followRequestSchema);
    const longest = 'é'.repeat(longestReason);
    expect(await follow(longest)).toEqual({ token, reason: longest });
    await expect(follow(`${longest}!`)).rejects.toThrow(/reason/);
    await expect(follow(' ')).rejects.toThrow(/reason must not be empty/);
  });

  test.each([
    ['no JSON', `{"token":"${token}"`],
    ['a list', `["${token}"]`],
    ['another key', JSON.stringify({ token, more: token })],
    ['a token too long', JSON.stringify({ token: token.repeat(400) })],
    ['nothing', ''],
  ])('that is %s is refused, and no token is quoted', async (_what, body) => {
    await expect(show(body)).rejects.toThrow(/^(?!.*hush)The body is/);
  });

  test('is bounded', async () => {
    await expect(show(JSON.stringify({ token: 'x'.repeat(9_000) }))).rejects.toThrow('larger than the 8 KiB');
  });
});
