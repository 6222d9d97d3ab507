import { describe, expect, test } from 'vitest';
import type { Expected } from '../../../src/shared/delivery/delivery.ts';
import type { SeenPackage } from '../../../src/shared/delivery/observed.ts';
import { asAsked, processedDifferences } from '../../../src/shared/delivery/proof.ts';

describe('whether a percentage is the one asked for', () => {
  test.each([
    [5, 5, true],
    [5.5, 5.5, true],
    [5.5, 5.500000001, true],
    [5.5, 5, true],
    [5.9, 5, true],
    [5.5, 6, false],
    [5, 4, false],
    [5, 5.01, false],
    [5, 50, false],
    [0.5, 0, false],
    [0.5, 1, false],
    [100, 100, true],
    [99.9, 100, false],
    [5, Number.NaN, false],
  ])('asked for %d and shown %d: %s', (asked, shown, same) => {
    expect(asAsked(asked, shown)).toBe(same);
  });
});

describe('the packages after processing', () => {
  const of = (id: string, fileName: string, fileStatus = 'Uploaded'): SeenPackage => ({
    id,
    fileName,
    fileStatus,
  });
  const one = of('1', 'A.msix');
  const two = of('2', 'B.msix');
  const expecting = (change: Partial<Expected> = {}): Expected => ({
    kept: [{ id: '1', fileName: 'A.msix' }],
    removed: [],
    added: ['B.msix'],
    ...change,
  });
  test.each<{ name: string; expected?: Expected; packages: SeenPackage[]; says: string[] }>([
    { name: 'all there', packages: [one, two], says: [] },
    { name: 'in other letters', packages: [one, of('2', 'b.MSIX')], says: [] },
    { name: 'a new one dropped', packages: [one], says: ['B.msix was uploaded and is missing'] },
    {
      name: 'a new one still waiting',
      packages: [one, of('', 'B.msix', 'PendingUpload')],
      says: ['B.msix was uploaded and is missing'],
    },
    { name: 'a kept one lost', packages: [two], says: ['A.msix (1) was to stay and is gone'] },
    {
      name: 'a kept one marked as deleted',
      packages: [of('1', 'A.msix', 'PendingDelete'), two],
      says: ['A.msix (1) was to stay and is gone'],
    },
    {
      name: 'a kept one under another id is another one',
      packages: [of('9', 'A.msix'), two],
      says: ['A.msix (1) was to stay and is gone', 'A.msix (9) was not asked for'],
    },
    { name: 'one too many', packages: [one, two, of('3', 'C.msix')], says: ['C.msix (3) was not asked for'] },
    {
      name: 'one not removed',
      expected: expecting({ kept: [], removed: ['1'] }),
      packages: [one, two],
      says: ['A.msix (1) was to go and is still there'],
    },
    {
      name: 'one removed, gone or still marked',
      expected: expecting({ kept: [], removed: ['1'] }),
      packages: [of('1', 'A.msix', 'PendingDelete'), two],
      says: [],
    },
    {
      name: 'an upload archive under its own name',
      expected: expecting({ added: ['B.msixupload'] }),
      packages: [one, of('2', 'B.msixupload')],
      says: [],
    },
    {
      name: 'an upload archive under the names of what it holds',
      expected: expecting({ added: ['B.msixupload'] }),
      packages: [one, of('2', 'B_x64.msix'), of('3', 'B_arm64.msix')],
      says: [],
    },
    {
      name: 'an upload archive that left nothing',
      expected: expecting({ added: ['B.AppxUpload'] }),
      packages: [one],
      says: ['B.AppxUpload was uploaded and is missing'],
    },
    {
      name: 'two upload archives that left one package',
      expected: expecting({ added: ['B.msixupload', 'C.msixupload'] }),
      packages: [one, of('2', 'B.msix')],
      says: ['B.msixupload was uploaded and is missing', 'C.msixupload was uploaded and is missing'],
    },
    {
      name: 'a bare package dropped beside an upload archive',
      expected: expecting({ added: ['B.msix', 'C.msixupload'] }),
      packages: [one, of('3', 'C.msix')],
      says: ['B.msix was uploaded and is missing'],
    },
  ])('$name', ({ expected = expecting(), packages, says }) => {
    expect(processedDifferences(expected, packages)).toEqual(says);
  });
});
