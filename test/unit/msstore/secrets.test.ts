import { inspect } from 'node:util';
import { RestError } from '@azure/storage-blob';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOfAnswer } from '../../../src/shared/msstore/answerErrors.ts';
import { StoreError } from '../../../src/shared/msstore/errors.ts';
import type { HttpAnswer } from '../../../src/shared/msstore/exchange.ts';
import { parseAnswer } from '../../../src/shared/msstore/parseAnswer.ts';
import { UploadUrl } from '../../../src/shared/msstore/uploadUrl.ts';
import { draftSchema } from '../../../src/shared/msstore/wire.ts';
import { safeCause, safeText } from '../../../src/shared/secrets/redact.ts';

/** Everything that a log, a table or a response could make of a value. */
const everyView = (value: unknown): string => {
  const error = value instanceof Error ? [value.message, value.stack, String(value)] : [];
  const json = JSON.stringify(value);
  return [inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }), json, ...error].join('\n');
};

const base64 = fc.base64String({ minLength: 20, maxLength: 60 });
const signature = base64.map((text) => text.replace(/=+$/, ''));
const uploadUrl = signature.map((sig) => ({
  sig,
  url: `https://ingestionpackagesprod1.blob.core.windows.net/ingestion/1?sv=2024-05-04&se=2026-11-22&sig=${sig}%3D&sp=rwl`,
}));
const token = fc.stringMatching(/^[A-Za-z0-9_-]{24,60}$/);
const filler = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.integer({ min: 0, max: 12_000 }).map((length) => ' '.repeat(length)),
  fc.integer({ min: 0, max: 12_000 }).map((length) => 'x'.repeat(length)),
);
const status = fc.constantFrom(302, 400, 401, 403, 404, 409, 429, 500, 503, 504);
const answer = (code: number, text: string, complete = true): HttpAnswer => ({
  kind: 'answer',
  status: code,
  text,
  complete,
  retryAfter: undefined,
  correlationId: undefined,
});

describe('no secret survives', () => {
  it('in the error for an answer that echoes the token and an upload URL, wherever it does', () => {
    fc.assert(
      fc.property(
        status,
        uploadUrl,
        token,
        filler,
        filler,
        fc.nat(2),
        (code, { url, sig }, bearer, before, after, form) => {
          const echo = `${before} Bearer ${bearer} ${bearer} ${url} ${after}`;
          const text =
            form === 0
              ? echo
              : JSON.stringify(
                  form === 1 ? { code: echo, target: echo } : { message: echo, activityId: echo },
                );
          const context = {
            operation: 'getSubmission',
            correlationId: 'c',
            now: 0,
            secrets: [bearer],
          } as const;
          const view = everyView(errorOfAnswer(answer(code, text), context));
          expect(view).not.toContain(sig);
          expect(view).not.toContain(bearer);
        },
      ),
    );
  });

  it('in the error for a success whose body is cut, malformed or of another shape', () => {
    const track = { kind: 'production', applicationId: '9NBLGGH4R315' } as const;
    fc.assert(
      fc.property(
        uploadUrl,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        ({ url, sig }, part, complete) => {
          const whole = JSON.stringify({ id: 7.5, status: url, fileUploadUrl: url, statusDetails: [url] });
          const text = whole.slice(0, Math.ceil(whole.length * part));
          try {
            parseAnswer(answer(200, text, complete), 'getSubmission', draftSchema(track));
            expect.unreachable();
          } catch (error) {
            expect(error).toBeInstanceOf(StoreError);
            expect(everyView(error)).not.toContain(sig);
          }
        },
      ),
    );
  });

  it('in an upload URL, however it is shown', () => {
    fc.assert(
      fc.property(uploadUrl, ({ url, sig }) => {
        const holder = { submission: { list: [new UploadUrl(url)] } };
        expect(everyView(holder)).not.toContain(sig);
        expect(`${new UploadUrl(url)}`).toBe('[redacted]');
        expect(everyView(Object.assign({}, new UploadUrl(url)))).not.toContain(sig);
      }),
    );
  });

  it('in the cause that is kept of a foreign error, which holds its request', () => {
    fc.assert(
      fc.property(uploadUrl, token, ({ url, sig }, bearer) => {
        const inner = Object.assign(new Error(`connect ${url}`), { code: 'ECONNRESET', data: url });
        const foreign = Object.assign(
          new RestError(`PUT ${url} failed for Bearer ${bearer}`, { statusCode: 403 }),
          {
            cause: inner,
            details: { url, headers: { authorization: `Bearer ${bearer}` } },
          },
        );
        const cause = safeCause(foreign);
        expect(everyView(cause)).not.toContain(sig);
        expect(everyView(cause)).not.toContain(bearer);
        expect(cause.cause).toMatchObject({ code: 'ECONNRESET' });
      }),
    );
  });
});

describe('safe text', () => {
  it('keeps what is no secret', () => {
    expect(safeText('Submission not found')).toBe('Submission not found');
  });

  it('is one line of bounded length', () => {
    expect(safeText('a\n\tb\u0000c')).toBe('a b c');
    expect(safeText('y'.repeat(600))).toBe(`${'y'.repeat(500)}…`);
  });

  it('has no form fields of a token request and no JWT', () => {
    const text = 'client_secret=abc~1&client_assertion="zzz" eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln';
    expect(safeText(text)).toBe('client_secret=[redacted]&client_assertion=[redacted]" [redacted]');
  });
});

describe('an upload URL', () => {
  it('is opened with each + of its query as %2B, and with nothing else changed', () => {
    const url = 'https://x.blob.core.windows.net/a+b/1?sv=2024&sig=a+b%2Bc%3D';
    expect(new UploadUrl(url).open((opened) => opened)).toBe(
      'https://x.blob.core.windows.net/a+b/1?sv=2024&sig=a%2Bb%2Bc%3D',
    );
  });
});
