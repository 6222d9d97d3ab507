import type { HttpResponseInit } from '@azure/functions';
import type { LinkAction } from '../../notify/link.ts';
import { subjectOfRollout } from '../../notify/title.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { sayPercentage } from '../../rollout/sentence.ts';
import { cut, plain } from '../../text/plain.ts';
import type { Followed } from '../../usecases/notify/followLink.ts';
import { json } from '../handler.ts';
import type { Problem } from '../problem.ts';

/** What the page behind a link shows: what the link would do, with its button, or what it has done, without. */
export type LinkView = {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly button?: string;
};

/** What is said to whoever shows or follows a link: a view for the page, or a problem document. */
export function linkAnswer(followed: Followed): HttpResponseInit {
  switch (followed.kind) {
    case 'offered':
      return json(200, offered(followed.action, followed.rollout));
    case 'followed':
      return json(followed.done ? 200 : 202, done(followed));
    case 'forged':
      return refusal('no-such-link', 404, 'No such link', [
        'This link was not made here, or it is not whole. Copy all of it, or use the API.',
      ]);
    case 'expired':
      return refusal('link-expired', 410, 'The link has expired', ['Nothing was done.', instead]);
    case 'used':
      return refusal('link-used', 410, 'The link is used', [
        'A link works once, and so do the links to the same in other messages and channels.',
        'If what it was for has not happened, whoever used it was cut off.',
        instead,
      ]);
    case 'past':
      return refusal('link-past', 410, 'Too late for this link', [followed.sentence, 'Nothing was done.']);
    case 'refused':
      return refusal('conflict', 409, 'That cannot be', [followed.sentence]);
    case 'unknown': {
      const sentences = [
        'It may have been done: look at the rollout.',
        'If it was not, try again in a moment. The link may be used up by then.',
        instead,
      ];
      const retryAfter = String(Math.ceil(followed.retryAfterMs / 1_000));
      return refusal('outcome-unknown', 503, 'Nobody knows whether it was done', sentences, {
        'retry-after': retryAfter,
      });
    }
  }
}

/** Whether the rollout still goes on is not looked up for a link that is of no use any more. */
const instead = 'While the rollout goes on, the API of Rampart can do the same, and so can a newer message.';

const offers = {
  approve: {
    title: ({ percentage }: Rollout) => `Approve going on from ${sayPercentage(percentage)}?`,
    means: 'The rollout may leave this step. No later step is approved by it.',
    button: 'Approve',
  },
  halt: {
    title: ({ percentage }: Rollout) => `Halt the rollout at ${sayPercentage(percentage)}?`,
    means:
      'A halt is final: nobody else gets the build, who has it keeps it, and only a new submission with a higher version goes on.',
    button: 'Halt for good',
  },
} as const satisfies Record<LinkAction, object>;

function offered(action: LinkAction, rollout: Rollout): LinkView {
  const { title, means, button } = offers[action];
  return { title: title(rollout), sentences: [means], facts: factsOf(rollout), button };
}

const doneTitle = { approve: 'Approved', halt: 'Halted' } as const satisfies Record<LinkAction, string>;

function done({ action, rollout, done: confirmed }: Extract<Followed, { kind: 'followed' }>): LinkView {
  const facts = factsOf(rollout);
  if (confirmed) return { title: doneTitle[action], sentences: ['The journal has your reason.'], facts };
  const open =
    'The Store has not confirmed it yet. Rampart goes on until it does, and tells you if that takes long.';
  return { title: 'The halt is written down', sentences: [open], facts };
}

/** What came from outside is one line of plain text each, and names no one by what cannot be seen. */
function factsOf(rollout: Rollout): LinkView['facts'] {
  const { policy, candidateVersions = [], decision } = rollout;
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['Rollout', subjectOfRollout(rollout)],
    ['Version', candidateVersions.join(', ')],
    ['Policy', policy.name],
    ['Now', decision?.sentence ?? ''],
  ];
  return rows
    .map(([name, value]) => ({ name, value: cut(plain(value), longestText) }))
    .filter(({ value }) => value !== '');
}

/** In characters: a sentence may quote what was sent, and a page must not grow with that. */
const longestText = 2_000;

function refusal(
  name: string,
  status: number,
  title: string,
  sentences: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const detail = cut(plain(sentences.join(' ')), longestText);
  const problem: Problem = { type: `urn:rampart:problem:${name}`, title, status, detail };
  return json(status, problem, { ...headers, 'content-type': 'application/problem+json' });
}
