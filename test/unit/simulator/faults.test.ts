import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  armed,
  type Fault,
  type FaultRuleInput,
  faultRuleSchema,
  takeFault,
} from '../../simulator/faults.ts';

/** The kinds of fault that hit each of the requests, in order. */
function hits(rules: FaultRuleInput[], ...requests: [method: string, path: string][]) {
  let state = armed(z.array(faultRuleSchema).parse(rules));
  return requests.map(([method, path]) => {
    const taken = takeFault(state, { method, path });
    state = taken.rules;
    return taken.fault?.kind;
  });
}
const fault: Fault = { kind: 'status503' };
const get: [string, string] = ['GET', '/v1.0/my/applications/9N/submissions/1/status'];
const post: [string, string] = ['POST', '/v1.0/my/applications/9N/submissions/1/haltpackagerollout'];

describe('the fault script', () => {
  test('hits any request once where nothing else is said', () => {
    expect(hits([{ fault }], get, get)).toEqual(['status503', undefined]);
  });

  test('matches by method', () => {
    expect(hits([{ match: { method: 'post' }, fault }], get, post)).toEqual([undefined, 'status503']);
  });

  test('matches by a regular expression over the path, in any case', () => {
    expect(hits([{ match: { path: '/HaltPackageRollout$' }, fault }], get, post)).toEqual([
      undefined,
      'status503',
    ]);
  });

  test('waits for the nth request that matches, and then hits so many times', () => {
    expect(hits([{ match: { method: 'GET', nth: 2, times: 2 }, fault }], get, post, get, get, get)).toEqual([
      undefined,
      undefined,
      'status503',
      'status503',
      undefined,
    ]);
  });

  test('lets the first rule win, and counts the request for all', () => {
    const rules: FaultRuleInput[] = [{ fault }, { match: { nth: 2 }, fault: { kind: 'gateway504' } }];
    expect(hits(rules, get, get, get)).toEqual(['status503', 'gateway504', undefined]);
  });

  test.each([
    ['an unknown fault', { fault: { kind: 'earthquake' } }],
    ['a path that is no regular expression', { match: { path: '(' }, fault }],
    ['an unknown key', { match: { verb: 'GET' }, fault }],
  ])('refuses %s', (_what, rule) => {
    expect(faultRuleSchema.safeParse(rule).success).toBe(false);
  });
});
