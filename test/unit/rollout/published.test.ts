import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/rollout/decide.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { at, fresh, inProgress } from '../../support/builders.ts';

const published = (versions: { candidateVersions?: string[]; controlVersions?: string[] }): Observed => ({
  kind: 'published',
  status: 'Published',
  rollout: { state: 'inProgress', percentage: 5 },
  ...versions,
});

function look(rollout: Rollout, observed: Observed): Rollout {
  const now = at(0);
  return evolve({ rollout, observed, evidence: [], now }, decide(rollout, observed, [], now)).rollout;
}

describe('the package versions that tell candidate and control apart', () => {
  const both = { candidateVersions: ['2.0.0.0'], controlVersions: ['1.0.0.0', '1.0.1.0'] };

  test('are taken over with the publication', () => {
    expect(look(fresh(), published(both))).toMatchObject(both);
  });

  test('stay as they were read then', () => {
    expect(look(look(fresh(), published(both)), inProgress(40))).toMatchObject({ percentage: 40, ...both });
  });

  test('have no control where none is known', () => {
    const rollout = look(fresh(), published({ candidateVersions: ['2.0.0.0'] }));
    expect(rollout.candidateVersions).toEqual(['2.0.0.0']);
    expect(rollout).not.toHaveProperty('controlVersions');
  });
});
