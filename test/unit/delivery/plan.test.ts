import { describe, expect, test } from 'vitest';
import type { SeenPackage } from '../../../src/shared/delivery/observed.ts';
import { planDraft } from '../../../src/shared/delivery/plan.ts';
import type { Ask } from '../../../src/shared/delivery/request.ts';
import { ask, awaited, content, delivery, kept } from './deliveries.fixture.ts';

const old: SeenPackage = { id: '2000', fileName: 'Old.msix', fileStatus: 'Uploaded' };
const going: SeenPackage = { ...old, fileStatus: 'PendingDelete' };
const plan = (existingPackages: Ask['existingPackages'], packages: SeenPackage[]) =>
  planDraft(delivery('updating', { ask: ask({ existingPackages }) }), { packages });

describe('what becomes of the packages that are there', () => {
  const keptOnes = [
    { id: '2000', fileName: 'Old.msix' },
    { id: '2001', fileName: 'Notes_1.msix' },
  ];
  test.each<[string, Ask['existingPackages'], SeenPackage[], { kept: object[]; removed: string[] }]>([
    ['keep', 'keep', [old, kept], { kept: keptOnes, removed: [] }],
    [
      'keep, and one that was to go already',
      'keep',
      [going, kept],
      { kept: keptOnes.slice(1), removed: ['2000'] },
    ],
    [
      'keep, after an update that came through',
      'keep',
      [old, kept, awaited],
      { kept: keptOnes, removed: [] },
    ],
    ['replace', 'replace', [old, kept], { kept: [], removed: ['2000', '2001'] }],
    [
      'replace, after an update that came through',
      'replace',
      [going, awaited],
      { kept: [], removed: ['2000'] },
    ],
    ['replace, with nothing there', 'replace', [], { kept: [], removed: [] }],
    ['remove one', { remove: ['2000'] }, [old, kept], { kept: keptOnes.slice(1), removed: ['2000'] }],
    [
      'remove one, named twice',
      { remove: ['2000', '2000'] },
      [old, kept],
      { kept: keptOnes.slice(1), removed: ['2000'] },
    ],
    [
      'remove one that is going',
      { remove: ['2000'] },
      [going, kept],
      { kept: keptOnes.slice(1), removed: ['2000'] },
    ],
  ])('%s', (_, rule, packages, expected) => {
    expect(plan(rule, packages)).toMatchObject({
      kind: 'plan',
      plan: { expected: { ...expected, added: ['Notes_2.msix'] } },
    });
  });
});

describe('what cannot be', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `3${index}`,
      fileName: `P${index}.msix`,
      fileStatus: 'Uploaded',
    }));
  test.each<[string, Ask['existingPackages'], SeenPackage[], string]>([
    [
      'to remove what is not there',
      { remove: ['8', '9'] },
      [kept],
      'There is no package 8 and 9 to remove; the track has Notes_1.msix (2001).',
    ],
    [
      'to remove something where nothing is',
      { remove: ['9'] },
      [],
      'There is no package 9 to remove; the track has none.',
    ],
    [
      'two packages of one name, in whatever letters',
      'keep',
      [{ ...kept, fileName: 'NOTES_2.msix' }],
      'The track has a package of the same file name already: NOTES_2.msix (2001). Remove it, or give the new file another name.',
    ],
    [
      'more packages than a track may have',
      'keep',
      many(25),
      '25 packages that stay and 1 new ones are more than the 25 that a track may have.',
    ],
  ])('%s', (_, rule, packages, words) => {
    expect(plan(rule, packages)).toMatchObject({
      kind: 'impossible',
      sentence: expect.stringContaining(words),
    });
  });

  test('as many as a track may have can be', () => {
    expect(plan('keep', many(24)).kind).toBe('plan');
  });

  test('a name that goes makes room for itself', () => {
    expect(plan('replace', [{ ...kept, fileName: 'Notes_2.msix' }]).kind).toBe('plan');
  });
});

test('the first step of the policy is the percentage', () => {
  expect(planDraft(delivery('updating', { content }), { packages: [] })).toMatchObject({
    plan: { percentage: 5 },
  });
});
