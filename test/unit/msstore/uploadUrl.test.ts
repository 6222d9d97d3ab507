import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { UploadUrl } from '../../../src/shared/msstore/uploadUrl.ts';

const urlWith = (query: string) => new UploadUrl(`https://packages.invalid/ingestion/a+b?${query}`);

describe('an upload URL', () => {
  it('is opened with each + of its query encoded, and nothing else changed', () => {
    const open = (url: UploadUrl) => url.open((opened) => opened);
    expect(open(urlWith('sig=a+b%2Bc/='))).toBe('https://packages.invalid/ingestion/a+b?sig=a%2Bb%2Bc/=');
    expect(open(new UploadUrl('https://packages.invalid/a+b'))).toBe('https://packages.invalid/a+b');
  });

  test.each([
    ['se=2026-02-10T07%3A24%3A27Z&sig=a', '2026-02-10T07:24:27Z'],
    ['se=2026-02-10T07:24:27Z', '2026-02-10T07:24:27Z'],
    ['sig=a+b&se=2026-02-10T07:24Z', '2026-02-10T07:24:00Z'],
    ['se=2026-02-10', '2026-02-10T00:00:00Z'],
    ['se=2026-02-10T07:24:27Z&ske=2026-02-10T06:00:00Z', '2026-02-10T06:00:00Z'],
    ['ske=2026-02-11T06:00:00Z&se=2026-02-10T07:24:27Z', '2026-02-10T07:24:27Z'],
  ])('says when it ends: %s', (query, end) => {
    expect(urlWith(query).expiresAt).toBe(Date.parse(end));
  });

  test.each(['', 'sig=a', 'se=', 'se=soon'])('may not say when it ends: %j', (query) => {
    expect(urlWith(query).expiresAt).toBeUndefined();
    expect(urlWith(query).isExpired(Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test.each([
    [-1, 0, false],
    [0, 0, true],
    [1, 0, true],
    [-1_000, 999, false],
    [-1_000, 1_000, true],
  ])('is expired %i ms after its end, with %i ms to spare: %s', (after, withinMs, expired) => {
    const end = Date.parse('2026-02-10T07:24:27Z');
    expect(urlWith('se=2026-02-10T07:24:27Z').isExpired(end + after, withinMs)).toBe(expired);
  });

  it('is another one with another signature', () => {
    expect(urlWith('sig=a').equals(urlWith('sig=a'))).toBe(true);
    expect(urlWith('sig=a').equals(urlWith('sig=b'))).toBe(false);
  });

  it('shows itself to nobody', () => {
    const url = urlWith('sig=secret');
    const views = [
      String(url),
      JSON.stringify({ url }),
      inspect({ url }),
      inspect(url, { showHidden: true }),
    ];
    for (const view of views) expect(view).not.toMatch(/secret|https/);
  });
});
