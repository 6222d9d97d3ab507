import { expect } from 'vitest';
import { problemSchema } from '../api.ts';

/** What every answer to a caller has to be, whatever was asked. */

export type PlainAnswer = {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
};

/** No answer to a mistake is longer, however much was sent. */
const longestProblem = 64 * 1_024;

/** A place in a program: a stack's line, a path of this machine, a module of the runtime. */
const insides = [
  /\bat (?:[\w.<>$[\] ]+ \()?(?:file:|node:|[A-Z]:\\|\/)[^\n]{0,200}:\d+:\d+/,
  /\bnode:[a-z]/,
  /file:\/\//,
  /node_modules/,
  /[\w-]+\.[cm]?[jt]s:\d+/,
  /(^|[\s"'(])\/(home|work|usr|var|tmp|opt|root)\//,
];

/** Says what an answer is not; empty if it is as it should be. */
function wrongWith(answer: PlainAnswer, secrets: readonly string[] = []): string[] {
  const { status, contentType, text } = answer;
  const wrong: string[] = [];
  if (status >= 500) wrong.push(`it is a ${status}`);
  for (const inside of insides) if (inside.test(text)) wrong.push(`it shows ${inside.exec(text)?.[0]}`);
  for (const secret of secrets) if (text.includes(secret)) wrong.push('it tells a secret');
  if (status < 400) return wrong;
  if (text.length > longestProblem) wrong.push(`it has ${text.length} characters`);
  // The platform refuses without a word what never reaches a function.
  if (text === '' && [400, 401, 404, 405, 413, 417, 431].includes(status)) return wrong;
  if (contentType === page) return [...wrong, ...wrongWithPage(text)];
  if (contentType !== 'application/problem+json') wrong.push(`it is ${contentType}`);
  const document = problemSchema.safeParse(parsed(text));
  if (document.data?.status !== status) wrong.push('it is no problem document of its status');
  return wrong;
}

/** What people see who follow a link is a page, and nothing that was sent may stand in it. */
const page = 'text/html; charset=utf-8';
const wrongWithPage = (text: string): string[] =>
  [/alert\(1\)/, /<[^>]* on\w+=/i, /javascript:/i]
    .filter((each) => each.test(text))
    .map((each) => `its page has ${each}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fails with what was sent, cut where it is long, and what came. */
export function expectCivil(sent: unknown, answer: PlainAnswer, secrets: readonly string[] = []): void {
  const wrong = wrongWith(answer, secrets);
  if (wrong.length === 0) return;
  const shown = `${JSON.stringify(sent)}`;
  expect.fail(
    [
      `The answer is not what a caller may get: ${wrong.join('; ')}.`,
      `Sent: ${shown.length > 2_000 ? `${shown.slice(0, 2_000)}… (${shown.length} characters)` : shown}`,
      `Came: ${answer.status} ${answer.text.slice(0, 1_000)}`,
    ].join('\n'),
  );
}
