import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { linkPage } from '../../../../src/shared/http/links/page.ts';

const html = String(linkPage.body);
const headers = new Headers({ ...linkPage.headers });
const scriptOf = (text: string): string => /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';

describe('the page', () => {
  test('is the same for all, and kept and told on by nobody', () => {
    expect(linkPage.status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow',
    });
  });

  test('runs its own script, has its own style, talks to Rampart, and does nothing else', () => {
    const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hashOf(scriptOf(html))}'`,
      `style-src 'sha256-${hashOf(style)}'`,
      "connect-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
    // What a policy by hashes would not let through, and carriage returns, which browsers take out before they hash.
    expect(html).not.toMatch(/\s(src|href|on\w+|style|action)=|\r/i);
    expect([...html.matchAll(/<(script|style)\b/g)]).toHaveLength(2);
  });

  test('has a script that cannot make HTML, and cannot end before its end', () => {
    expect(scriptOf(html)).not.toMatch(
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|<!--|setAttribute|\.src|\.href/,
    );
    expect(html.match(/<\/script>/g)).toHaveLength(1);
  });

  test('says what to do without scripts, and can be read out', () => {
    expect(html).toMatch(/<noscript><p>This page needs JavaScript: .* rampart approve or rampart halt/);
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toMatch(
      /<label for="reason">.*<\/label>\n<textarea id="reason"[^>]* aria-describedby="mistake"/,
    );
    expect(html).toMatch(/<div id="said" aria-live="polite">/);
    expect(html).toMatch(/<p id="mistake"[^>]* role="alert">/);
    expect(html).toMatch(/<h1 id="title" tabindex="-1">/);
  });
});
