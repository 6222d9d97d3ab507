import { expect, test } from 'vitest';
import { fileNames } from '../../simulator/zip.ts';
import { zipOf } from '../../support/zipOf.ts';

test('names the files of an archive with their folders', () => {
  expect(fileNames(zipOf({ 'a.msix': 'one', 'folder/b.msix': 'two' }))).toEqual(['a.msix', 'folder/b.msix']);
});

test('finds the end of an archive before its comment', () => {
  expect(fileNames(Buffer.concat([zipOf({ 'a.msix': '' }), Buffer.from('a comment')]))).toEqual(['a.msix']);
});

test.each([
  ['nothing', ''],
  ['text', 'this is no archive, but it is long enough to hold an end record'],
])('is nothing for %s', (_what, text) => {
  expect(fileNames(Buffer.from(text))).toBeUndefined();
});

test('is nothing for an archive that is cut off at its beginning', () => {
  expect(fileNames(zipOf({ 'a.msix': 'one' }).subarray(20))).toBeUndefined();
});
