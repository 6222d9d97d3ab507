import { expect, test } from 'vitest';
import { requestsOfLook } from '../../../src/shared/budget/lookCost.ts';
import type { PolicyDocument } from '../../../src/shared/rollout/policy.ts';
import { fresh, policy, policyDocument, ramping } from '../../support/builders.ts';

type Check = PolicyDocument['checks'][number];

const rate = (name: string, events: ('crash' | 'hang')[]): Check => ({
  name,
  source: { kind: 'storeAnalytics', events },
  limit: { rate: 0.01 },
  onBad: 'halt',
});
const { limit: _, ...tripwire } = { ...rate('new failures', ['crash']), newSignature: {} };
const pushed = policyDocument().checks;

test.each<[string, readonly Check[], number]>([
  ['pushed samples only', [], 2],
  ['one figure of the Store’s analytics', [rate('crashes', ['crash'])], 4],
  ['two of the same figure', [rate('crashes', ['crash']), rate('crashes again', ['crash'])], 4],
  ['two figures', [rate('crashes', ['crash']), rate('hangs', ['hang'])], 5],
  ['a tripwire besides', [rate('crashes', ['crash']), tripwire], 5],
])('a look at a rollout that ramps on %s takes as many requests as it reads', (_name, checks, requests) => {
  const judged = policy({ checks: [...checks, ...pushed] });
  expect(requestsOfLook(ramping({ policy: judged }))).toBe(requests);
});

test('before the publication and while it is ended, no figures are read', () => {
  const judged = policy({ checks: [rate('crashes', ['crash'])] });
  expect(requestsOfLook(fresh({ policy: judged }))).toBe(2);
  expect(requestsOfLook(ramping({ policy: judged, phase: 'halting' }))).toBe(2);
});
