import { describe, expect, test } from 'vitest';
import { type Hand, handOf } from '../../demo/ending.ts';
import type { JournalEntryView } from '../../support/api.ts';
import { start } from './watched.fixture.ts';

type Said = Pick<JournalEntryView, 'kind' | 'subject' | 'actor'>;

const handIn = (...entries: readonly Said[]): Hand | undefined =>
  handOf(entries.map((entry, sequence) => ({ sequence, at: start.toISOString(), sentence: '', ...entry })));

const effect = (subject: string, actor: JournalEntryView['actor']): Said => ({
  kind: 'effect',
  subject,
  actor,
});
const adopted = (actor: JournalEntryView['actor']): Said => ({ kind: 'decision', subject: 'adopt', actor });

describe('by a journal, a rollout was ended', () => {
  test.each<[string, Hand | undefined, Said[]]>([
    [
      'by nobody but its policy',
      undefined,
      [adopted('store'), effect('raise', 'policy'), effect('halt', 'policy')],
    ],
    ['by the command of a person', 'command', [effect('raise', 'policy'), effect('finalize', 'person')]],
    ['by the command of a key', 'command', [effect('halt', 'key')]],
    [
      'by a command to which the policy’s own intent gave way',
      'command',
      [effect('finalize', 'policy'), effect('halt', 'key')],
    ],
    ['by an alert', 'alert', [effect('halt', 'alert')]],
    ['in Partner Center', 'partnerCenter', [effect('raise', 'policy'), adopted('partnerCenter')]],
    [
      'by its policy, after somebody had raised it in Partner Center',
      undefined,
      [adopted('partnerCenter'), effect('halt', 'policy')],
    ],
  ])('%s', (_case, hand, entries) => {
    expect(handIn(...entries)).toBe(hand);
  });
});
