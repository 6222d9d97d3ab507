import { describe, expect, test } from 'vitest';
import {
  byVersion,
  newestVersion,
  packageLimit,
  processed,
  publishedPackage,
  updatedPackages,
} from '../../simulator/packages.ts';
import { refusalOf } from './store.fixture.ts';

const old = publishedPackage('App', '1.0.0.0', '2000000000090432659');
const newer = publishedPackage('App', '1.1.0.0', '2000000000090543890');
const added = { fileName: 'App_1.2.0.0_x64.msix', fileStatus: 'PendingUpload' as const };

describe('the packages of a PUT', () => {
  test('keep what is there and append what is new', () => {
    const packages = updatedPackages([old], [old, added]);
    expect(packages.map(({ id, fileStatus }) => [id, fileStatus])).toEqual([
      [old.id, 'Uploaded'],
      ['', 'PendingUpload'],
    ]);
  });

  test('may mark what is there for deletion', () => {
    const packages = updatedPackages([old, newer], [{ ...old, fileStatus: 'PendingDelete' }, newer]);
    expect(packages.map(({ fileStatus }) => fileStatus)).toEqual(['PendingDelete', 'Uploaded']);
  });

  test('take a new package that is put a second time for the same', () => {
    const once = updatedPackages([old], [old, added]);
    expect(updatedPackages(once, once)).toEqual(once);
  });

  test.each([
    ['left out', [added]],
    ['changed to PendingUpload', [{ ...old, fileStatus: 'PendingUpload' as const }, newer]],
  ])('are refused where an existing one is %s, and the missing are named', (_what, entries) => {
    const { status, code, message } = refusalOf(() => updatedPackages([old], entries));
    expect({ status, code }).toEqual({ status: 400, code: 'InvalidParameterValue' });
    expect(message).toBe(
      'Please keep all file entries for existing packages. If you wish to remove a package, mark it as PendingDelete. The following packages are missing in your update: 2000000000090432659',
    );
  });

  test('are refused where all that are missing are named in order', () => {
    expect(refusalOf(() => updatedPackages([old, newer], [])).message).toMatch(
      /: 2000000000090432659, 2000000000090543890$/,
    );
  });

  test.each([
    ['an unknown id', { ...newer, id: '1' }],
    ['a new one that claims to be uploaded', { fileName: 'x.msix', fileStatus: 'Uploaded' as const }],
  ])('are refused with %s', (_what, entry) => {
    expect(refusalOf(() => updatedPackages([old], [old, entry]))).toMatchObject({ status: 400 });
  });

  test('are refused above the limit', () => {
    const many = Array.from({ length: packageLimit }, (_, index) => ({
      ...added,
      fileName: `${index}.msix`,
    }));
    expect(refusalOf(() => updatedPackages([old], [old, ...many])).status).toBe(400);
    expect(updatedPackages([], many)).toHaveLength(packageLimit);
  });
});

describe('preprocessing', () => {
  const preprocess = (...names: string[]) =>
    processed(
      [old, ...names.map((fileName) => ({ ...old, id: '', fileName, version: undefined }))],
      'seed',
      7,
    ).slice(1);

  test.each([
    ['App_2.3.4.0_arm64.msix', '2.3.4.0', 'arm64'],
    ['folder/App_2.3.4.0.msixupload', '2.3.4.0', 'x64'],
    ['0_new.msix', '1.0.1.0', 'x64'],
  ])('reads version and architecture of %s', (name, version, architecture) => {
    expect(preprocess(name)).toMatchObject([{ version, architecture, fileStatus: 'Uploaded' }]);
  });

  test('gives every package an id of its own', () => {
    const ids = preprocess('a.msix', 'b.msix').map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^\d{19}$/);
  });

  test('removes what is marked for deletion', () => {
    expect(processed([{ ...old, fileStatus: 'PendingDelete' }, newer], 'seed', 7)).toEqual([newer]);
  });
});

test('versions are ordered by number, not by letter', () => {
  expect(['1.10.0.0', '1.9.0.0', '1.9.0.1', '0.20.0.0'].sort(byVersion)).toEqual([
    '0.20.0.0',
    '1.9.0.0',
    '1.9.0.1',
    '1.10.0.0',
  ]);
  expect(newestVersion([newer, { ...newer, version: '1.10.0.0' }, old])).toBe('1.10.0.0');
});
