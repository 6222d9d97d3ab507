import { describe, expect, test } from 'vitest';
import { cancel } from '../../../src/shared/delivery/cancel.ts';
import { type DeliveryPhase, deliveryPhases } from '../../../src/shared/delivery/vocabulary.ts';
import { functionKey } from '../../../src/shared/rollout/vocabulary.ts';
import { at } from '../../support/builders.ts';
import { cancelledBy, delivery, ops } from './deliveries.fixture.ts';

const wrong = { who: ops, reason: 'a wrong build' } as const;
const late = { who: ops, reason: 'late' } as const;

describe('what a cancel does in which phase', () => {
  const answers: Record<DeliveryPhase, 'accepted' | 'already' | 'refused'> = {
    checking: 'accepted',
    clearing: 'accepted',
    creating: 'accepted',
    updating: 'accepted',
    uploading: 'accepted',
    renewing: 'accepted',
    committing: 'accepted',
    awaitingPublication: 'accepted',
    failing: 'accepted',
    discarding: 'accepted',
    handedOver: 'refused',
    cancelled: 'already',
    failed: 'refused',
  };
  test.each(deliveryPhases)('%s', (phase) => {
    expect(cancel(delivery(phase), wrong, at(1)).kind).toBe(answers[phase]);
  });
});

test('an accepted cancel is in the journal with its reason, changes no phase, and is looked at now', () => {
  const answer = cancel(delivery('uploading', { journalLength: 4 }), wrong, at(1));
  expect(answer).toMatchObject({
    kind: 'accepted',
    change: {
      delivery: {
        phase: 'uploading',
        nextLookAt: at(1),
        cancel: { ...ops, reason: 'a wrong build', at: at(1) },
      },
      entries: [{ sequence: 5, kind: 'command', ...ops, subject: 'cancel', sentence: 'a wrong build' }],
    },
  });
});

test('a second cancel leaves the first one’s reason', () => {
  expect(
    cancel(delivery('uploading', { cancel: cancelledBy }), { who: functionKey, reason: 'another' }, at(1)),
  ).toEqual({
    kind: 'already',
  });
});

test('after the hand-over it names the rollout to halt', () => {
  expect(cancel(delivery('handedOver', { rolloutId: 'r2' }), late, at(1))).toEqual({
    kind: 'refused',
    sentence: 'The submission is published: halt its rollout, r2.',
  });
});

test('after a failure it says what had failed', () => {
  expect(cancel(delivery('failed', { sentence: 'The Store said no.' }), late, at(1))).toEqual({
    kind: 'refused',
    sentence: 'The submission has failed. The Store said no.',
  });
});
