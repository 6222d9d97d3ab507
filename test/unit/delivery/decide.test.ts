import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import type { Observed } from '../../../src/shared/delivery/observed.ts';
import { at } from '../../support/builders.ts';
import { delivery } from './deliveries.fixture.ts';

const missing: Observed = { kind: 'trackMissing', cause: 'the Store answered 404' };
const down: Observed = { kind: 'unreadable', cause: 'down' };
const sentence =
  'It could not be read how things stand: the Store answered 404. Nothing is done until it can.';
const trouble = (repeats: number, cause = sentence) => ({
  trouble: { since: at(0), count: 20, repeats, cause },
});
const cancel = { cancel: { actor: 'person', by: 'ops', reason: 'a typo', at: at(0) } } as const;

describe('an application or flight that the Store does not know', () => {
  test.each<[string, Delivery, object]>([
    ['is asked for again at first', delivery('checking'), { kind: 'wait', reason: 'storeUnreadable' }],
    [
      'fails the third time, before anything was made',
      delivery('checking', trouble(2)),
      { kind: 'fail', reason: 'noSuchTrack' },
    ],
    [
      'is not told by outages',
      delivery('checking', trouble(9, 'an outage')),
      { kind: 'wait', reason: 'storeUnreadable' },
    ],
    [
      'is waited for once something was made',
      delivery('updating', trouble(20)),
      { kind: 'wait', reason: 'storeUnreadable' },
    ],
  ])('%s', (_, of, expected) => {
    expect(decide(of, missing, at(0))).toMatchObject(expected);
  });
});

describe('a cancel while nothing can be read', () => {
  test.each<[string, Delivery, object]>([
    ['ends it while it is examined', delivery('checking', cancel), { kind: 'cancel' }],
    ['ends it while the slot is cleared', delivery('clearing', cancel), { kind: 'cancel' }],
    ['ends it before a draft was asked for', delivery('creating', cancel), { kind: 'cancel' }],
    [
      'waits where a draft may have been made',
      delivery('creating', { ...cancel, creates: 1 }),
      { kind: 'wait', reason: 'storeUnreadable' },
    ],
    ['waits where there is a draft', delivery('updating', cancel), { kind: 'wait' }],
  ])('%s', (_, of, expected) => {
    expect(decide(of, down, at(0))).toMatchObject(expected);
  });
});
