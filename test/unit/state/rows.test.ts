import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import { sameRequest } from '../../../src/shared/delivery/delivery.ts';
import { deliveryPhases } from '../../../src/shared/delivery/vocabulary.ts';
import type { JournalEntry } from '../../../src/shared/rollout/journal.ts';
import {
  deliveringKey,
  deliveryJournalPrefix,
  deliveryKeyOfId,
  fromDeliveryRow,
  fromJournalRow,
  fromRolloutRow,
  toDeliveryJournalRow,
  toDeliveryRow,
  toRolloutRow,
} from '../../../src/shared/state/rows.ts';
import { applicationId, at, evidence, flightId, hour, ramping } from '../../support/builders.ts';
import { ask, cancelledBy, delivery, onProduction, problem } from '../delivery/deliveries.fixture.ts';

test('the package versions of candidate and control are one column each, as JSON', () => {
  const rollout = ramping({ candidateVersions: ['2.0.0.0'], controlVersions: ['1.0.0.0', '1.0.1.0'] });
  const row = toRolloutRow(rollout);
  expect(row).toMatchObject({
    candidateVersions: '["2.0.0.0"]',
    controlVersions: '["1.0.0.0","1.0.1.0"]',
  });
  expect(fromRolloutRow(row)).toEqual(rollout);
});

/** Every member that a delivery can have. */
const full: Required<Delivery> = {
  ...delivery('failing'),
  flightId,
  ask: ask({
    packages: ['in/a.msix', 'in/b.msix'],
    existingPackages: { remove: ['2000000000090432659'] },
    publishMode: { date: at(hour) },
    mandatoryUpdate: { from: at(2 * hour) },
    notesForCertification: 'log in as "x"\r\nthen wait',
    onPendingSubmission: 'delete',
  }),
  versions: ['"0x8D"', 'md5== 900'],
  content: {
    kind: 'files',
    blobs: [{ name: 'in/a.msix', etag: '"1"', bytes: 5e9 }],
    files: [{ fileName: 'a.msix', bytes: 5e9 }],
  },
  clearing: {
    kind: 'halt',
    submissionId: '1152921504621086517',
    rolloutId: 'r1',
    reason: 'the policy says so',
  },
  creates: 2,
  submissionId: '1152921504621086518',
  firstOfTrack: true,
  expected: { kept: [{ id: '2001', fileName: 'a.msix' }], removed: ['2000'], added: ['b.msix'] },
  upload: { uploadedBytes: 4e9, totalBytes: 5e9, method: 'streamed' },
  renewals: 1,
  commits: 2,
  committedAt: at(3),
  store: {
    status: 'Certification',
    at: at(4),
    errors: [{ code: 'Odd', details: 'näh' }],
    warnings: [],
    certificationReports: [{ date: '2026', reportUrl: 'https://r.example/1' }],
  },
  trouble: { since: at(5), count: 7, cause: 'down', repeats: 2, escalatedAt: at(6) },
  problem: { ...problem, escalatedAt: at(7) },
  cancel: cancelledBy,
  rolloutId: 'r2',
  nextLookAt: at(8),
  endedAt: at(9),
};

describe('a delivery', () => {
  test('comes back from its row as it went, with all that it can have', () => {
    expect(fromDeliveryRow(toDeliveryRow(full))).toEqual(full);
  });

  test.each(deliveryPhases)('comes back while %s', (phase) => {
    expect(fromDeliveryRow(toDeliveryRow(delivery(phase)))).toEqual(delivery(phase));
    const production = onProduction(delivery(phase));
    expect(fromDeliveryRow(toDeliveryRow(production))).toEqual(production);
  });

  test('is still the same request', () => {
    expect(sameRequest(full, fromDeliveryRow(toDeliveryRow(full)))).toBe(true);
  });

  test('is a row of plain columns that the tables take', () => {
    const row = toDeliveryRow(full);
    for (const cell of Object.values(row)) expect(['string', 'number', 'boolean']).toContain(typeof cell);
    expect(row).toMatchObject({ submissionId: '1152921504621086518', upload: JSON.stringify(full.upload) });
  });

  test('lies in the partition of its application, beside its journal and the mark of its track', () => {
    const track = `${flightId}.build-7`;
    expect(toDeliveryRow(full)).toMatchObject({ partitionKey: applicationId, rowKey: `delivery.${track}` });
    expect(deliveryKeyOfId(full.id)).toEqual({ partitionKey: applicationId, rowKey: `delivery.${track}` });
    expect(deliveryJournalPrefix(full.id).rowKey).toBe(`deliveryJournal.${track}`);
    expect(deliveringKey(full).rowKey).toBe(`delivering.${flightId}`);
    expect(deliveringKey(onProduction(full)).rowKey).toBe('delivering.production');
  });

  test('that was mended by hand into something it cannot be is refused', () => {
    const row = toDeliveryRow(full);
    expect(() => fromDeliveryRow({ ...row, phase: 'done' })).toThrow(/phase/);
    expect(() => fromDeliveryRow({ ...row, ask: '{"packages":["../secret.zip"]}' })).toThrow(/packages/);
    expect(() => fromDeliveryRow({ ...row, upload: '{' })).toThrow(SyntaxError);
  });

  test('has a journal whose newest entry comes first, with its evidence', () => {
    const entry = (sequence: number): JournalEntry => ({
      sequence,
      at: at(0),
      kind: 'decision',
      actor: 'policy',
      subject: 'wait',
      sentence: 'It waits.',
      evidence: [evidence('good')],
    });
    const [older, newer] = [
      toDeliveryJournalRow(full.id, entry(9)),
      toDeliveryJournalRow(full.id, entry(10)),
    ];
    expect(newer.rowKey < older.rowKey).toBe(true);
    expect(fromJournalRow(newer)).toEqual(entry(10));
  });
});
