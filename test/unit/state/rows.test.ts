import { expect, test } from 'vitest';
import { fromRolloutRow, toRolloutRow } from '../../../src/shared/state/rows.ts';
import { ramping } from '../../support/builders.ts';

test('the package versions of candidate and control are one column each, as JSON', () => {
  const rollout = ramping({ candidateVersions: ['2.0.0.0'], controlVersions: ['1.0.0.0', '1.0.1.0'] });
  const row = toRolloutRow(rollout);
  expect(row).toMatchObject({
    candidateVersions: '["2.0.0.0"]',
    controlVersions: '["1.0.0.0","1.0.1.0"]',
  });
  expect(fromRolloutRow(row)).toEqual(rollout);
});
