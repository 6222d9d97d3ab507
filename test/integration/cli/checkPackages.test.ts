import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPackages } from '../../../src/cli/upload/checkPackages.ts';
import { msix } from '../../support/packagesOf.ts';
import { zipOf } from '../../support/zipOf.ts';

let folder: string;
const text = 'This is no archive.';
const notes = msix({ name: 'Contoso.Notes', publisher: 'CN=Contoso', version: '1.0.0.0' });
const files: Readonly<Record<string, string | Buffer>> = {
  'Notes.msix': notes,
  'other/Notes.msix': notes,
  'other/NOTES.msix': notes,
  'More.msixbundle': notes,
  'All.zip': zipOf({ 'Notes.msix': notes }),
  'ALL.ZIP': zipOf({ 'Notes.msix': notes }),
  'Hollow.zip': zipOf({}),
  'Inner.zip': zipOf({ 'Notes.msix': text }),
  'Text.zip': text,
  'Text.msix': text,
  'Short.msix': 'PK',
  'Empty.msix': '',
  'Café.msix': notes,
  'Notes.exe': notes,
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rampart-check-'));
  await mkdir(path.join(folder, 'other'));
  await mkdir(path.join(folder, 'Folder.msix'));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The mistakes, with `…/` for the folder of the test. */
const check = async (...names: string[]): Promise<string[]> =>
  (await checkPackages(names.map((name) => path.join(folder, name)))).map((mistake) =>
    mistake.replaceAll(folder + path.sep, '…/'),
  );

test.each([
  ['one package', ['Notes.msix']],
  ['several', ['Notes.msix', 'More.msixbundle']],
  ['one ZIP with all', ['All.zip']],
  ['one whose name is in capitals', ['ALL.ZIP']],
])('%s may be submitted', async (_case, names) => {
  expect(await check(...names)).toEqual([]);
});

const contentIsNone = 'is no package: its content is no archive of its own.';

test.each([
  ['a package that is a text', ['Text.msix'], [`"Text.msix" ${contentIsNone}`]],
  ['one that is shorter than a header', ['Short.msix'], [`"Short.msix" ${contentIsNone}`]],
  ['one of several that is a text', ['Notes.msix', 'Text.msix'], [`"Text.msix" ${contentIsNone}`]],
  ['a package that is empty', ['Empty.msix'], ['"Empty.msix" is empty.']],
  [
    'a name that is not ASCII',
    ['Café.msix'],
    ['"Caf\\u00e9.msix" has a character in its name that is not ASCII.'],
  ],
  ['a file that is missing', ['gone.msix'], ['There is no file "…/gone.msix".']],
  [
    'files that are missing, all of them and nothing else',
    ['gone.msix', 'Text.msix', 'lost.msix'],
    ['There is no file "…/gone.msix".', 'There is no file "…/lost.msix".'],
  ],
  ['a folder', ['Folder.msix'], ['"…/Folder.msix" is no file.']],
  ['two files of one name', ['Notes.msix', 'other/Notes.msix'], ['"Notes.msix" is in it 2 times.']],
  [
    'two that differ in capitals only',
    ['Notes.msix', 'other/NOTES.msix'],
    ['"Notes.msix" and "NOTES.msix" differ in nothing but capitals.'],
  ],
  [
    'a ZIP beside a package',
    ['All.zip', 'Notes.msix'],
    ['A .zip holds the whole package: give it alone, or bare packages without it.'],
  ],
  ['a ZIP without a package', ['Hollow.zip'], ['"…/Hollow.zip": There is no package in it.']],
  ['a package in a ZIP that is a text', ['Inner.zip'], [`"…/Inner.zip": "Notes.msix" ${contentIsNone}`]],
])('%s is refused', async (_case, names, mistakes) => {
  expect(await check(...names)).toEqual(mistakes);
});

test('a ZIP that is a text is refused, by its name', async () => {
  expect(await check('Text.zip')).toEqual([expect.stringMatching(/^"…\/Text\.zip": .*ZIP/)]);
});

test('a file of another kind is refused, with the kinds that there are', async () => {
  expect(await check('Notes.exe')).toEqual([expect.stringMatching(/^"Notes\.exe" is no package; .*\.msix/)]);
});

test('no more than ten mistakes are told', async () => {
  expect(await check(...Array.from({ length: 12 }, (_, index) => `gone-${index}.msix`))).toHaveLength(10);
});
