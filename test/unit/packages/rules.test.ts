import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { mostPackages } from '../../../src/shared/delivery/vocabulary.ts';
import {
  fileMistakes,
  isPackageName,
  largestPackageBytes,
  nameMistakes,
  packageExtensions,
  packageMistakes,
} from '../../../src/shared/packages/rules.ts';

describe('the name of a file in the ZIP', () => {
  test.each([
    'App.msix',
    'App_1.2.0.0_x64.msixupload',
    'a/b c/App (2).msixbundle',
    "it's #1 & more, 100%+~!@$^=[]{};`.appx",
    '.appx',
    '..App..v2.msix',
  ])('%j is in order', (name) => {
    expect(nameMistakes(name)).toEqual([]);
  });

  test.each([
    ['', 'has no name'],
    ['a\\b.msix', 'has a backslash in its name; paths in a ZIP are written with /'],
    ['C:/b.msix', 'has a drive letter in its name'],
    ['c:b.msix', 'has a drive letter in its name'],
    ['/b.msix', 'has an absolute path'],
    ['../b.msix', 'has a path that leads out of the archive'],
    ['a/../b.msix', 'has a path that leads out of the archive'],
    ['a//b.msix', 'has an empty part in its path'],
    ['./b.msix', 'has an empty part in its path'],
    ['ä.msix', 'has a character in its name that is not ASCII'],
    ['a\u202exism.msix', 'has a character in its name that is not ASCII'],
    ['a\n.msix', 'has a character in its name that is not ASCII'],
    ['a\u0000.msix', 'has a character in its name that is not ASCII'],
    ['ab:c.msix', 'has a character in its name that Windows does not allow'],
    ['a?.msix', 'has a character in its name that Windows does not allow'],
    ['a /b.msix', 'has a part in its path that ends with a space or a dot'],
    ['a./b.msix', 'has a part in its path that ends with a space or a dot'],
    ['b.msix ', 'has a part in its path that ends with a space or a dot'],
    [`${'a'.repeat(252)}.msix`, 'has a name of more than 256 characters'],
  ])('%j is a mistake', (name, problem) => {
    const [mistake = '', ...rest] = nameMistakes(name);
    expect(rest).toEqual([]);
    expect(mistake.endsWith(` ${problem}.`)).toBe(true);
  });

  it('is shown in one line of ASCII, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        for (const mistake of nameMistakes(name)) expect(mistake).toMatch(/^[\x20-\x7e…]*$/);
      }),
    );
  });

  it('never leads out of the folder that it is unpacked in, if it is in order', () => {
    const parts = fc.array(fc.constantFrom('..', '.', '', 'a', 'C:', '\\', 'a.msix'), { maxLength: 5 });
    fc.assert(
      fc.property(parts, (path) => {
        const name = path.join('/');
        fc.pre(nameMistakes(name).length === 0);
        const unpacked = new URL(name, 'http://unpacked/folder/');
        expect(unpacked.href).toBe(`http://unpacked/folder/${name}`);
      }),
    );
  });
});

describe('a package', () => {
  test.each(packageExtensions)('may end with %s, in any case', (extension) => {
    expect(isPackageName(`App${extension}`)).toBe(true);
    expect(isPackageName(`App${extension.toUpperCase()}`)).toBe(true);
  });

  test.each(['readme.txt', 'App.msi', 'App.msix.zip', 'msix', 'App.msixbundl', 'App.exe', 'App.msixvc'])(
    'is not %s',
    (fileName) => {
      expect(fileMistakes({ fileName, size: 1 })).toEqual([
        `"${fileName}" is no package; packages end with ${packageExtensions.join(', ')}.`,
      ]);
    },
  );

  it('is not empty', () => {
    expect(fileMistakes({ fileName: 'a.msix', size: 0 })).toEqual(['"a.msix" is empty.']);
  });

  it('has up to 25 GB', () => {
    expect(fileMistakes({ fileName: 'a.msix', size: largestPackageBytes })).toEqual([]);
    expect(fileMistakes({ fileName: 'a.msix', size: largestPackageBytes + 1 })).toEqual([
      '"a.msix" has 25.1 GB, and the Store takes up to 25 GB.',
    ]);
  });
});

describe('the packages of a submission', () => {
  const packages = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ fileName: `App${index}.msix`, size: 1 }));

  test.each([
    [0, ['There is no package in it.']],
    [1, []],
    [mostPackages, []],
    [mostPackages + 1, ['There are 26 files in it, and a submission has up to 25 packages.']],
  ])('%i of them', (count, mistakes) => {
    expect(packageMistakes(packages(count))).toEqual(mistakes);
  });

  test.each([
    [['a.msix', 'a.msix', 'b.msix'], '"a.msix" is in it 2 times.'],
    [['a.msix', 'A.MSIX'], '"a.msix" and "A.MSIX" differ in nothing but capitals.'],
  ])('have each a name of their own: %j', (names, mistake) => {
    expect(packageMistakes(names.map((fileName) => ({ fileName, size: 1 })))).toEqual([mistake]);
  });

  it('are all told what is wrong with them at once', () => {
    const mistakes = packageMistakes([
      { fileName: '../a.msix', size: 0 },
      { fileName: 'readme.md', size: 1 },
    ]);
    expect(mistakes).toHaveLength(3);
  });
});
