import type { Reply } from '../../simulator/http.ts';
import type { Asked } from '../app/budgetWatch.ts';
import type { Invocation } from '../engine/invocation.ts';

/** What a request is about, as far as invariants ask. */
export type CallKind = 'readRollout' | 'raise' | 'halt' | 'finalize' | 'other';

/** `pauseMs`: for how long it asks to be left alone, if it does. */
export type Answer = {
  readonly status: number;
  readonly whole: boolean;
  readonly pauseMs: number | undefined;
};

/** One request to the Store, from the moment it leaves the client. */
export type StoreCall = {
  readonly invocation: Invocation;
  readonly publisher: string;
  /** What it has asked of the publisher's budget; nothing if nobody did. */
  readonly asked: Asked | undefined;
  readonly kind: CallKind;
  readonly method: string;
  readonly path: string;
  readonly submissionId: string | undefined;
  /** Of a raise. */
  readonly percentage: number | undefined;
  readonly sentAt: number;
  readonly sentStep: number;
  /** The step at which it was answered or given up; absent until then. */
  endedStep: number | undefined;
  appliedAt: number | undefined;
  /** What the Store itself made of it, whatever the client was answered. */
  result: number | undefined;
  /** What the client was answered; `none` if no answer came. Absent until then. */
  answer: Answer | 'none' | undefined;
};

/** What a 429 says, in its header or in its words. */
export function pauseIn({ status, headers, text = '' }: Reply): number | undefined {
  if (status !== 429) return undefined;
  const [, words] = / in (\d+) seconds/.exec(text) ?? [];
  return 1_000 * Number(headers?.['retry-after'] ?? words);
}

const submissionPath = /\/submissions\/(\d+)(?:\/(\w+))?$/i;

export function aboutOf(method: string, url: URL): Pick<StoreCall, 'kind' | 'submissionId' | 'percentage'> {
  const [, submissionId, action = ''] = submissionPath.exec(url.pathname) ?? [];
  const kind = kindOf(method, action.toLowerCase());
  const percentage = kind === 'raise' ? Number(url.searchParams.get('percentage')) : undefined;
  return { kind, submissionId, percentage };
}

function kindOf(method: string, action: string): CallKind {
  if (method === 'GET') return action === 'packagerollout' ? 'readRollout' : 'other';
  switch (action) {
    case 'updatepackagerolloutpercentage':
      return 'raise';
    case 'haltpackagerollout':
      return 'halt';
    case 'finalizepackagerollout':
      return 'finalize';
    default:
      return 'other';
  }
}
