import { expect, test } from 'vitest';
import { parseBlobPath } from '../../local/blobPath.ts';

test.each([
  { path: 'box', blob: 'any/thing', values: {} },
  { path: 'box/{name}', blob: 'a', values: { name: 'a' } },
  { path: 'box/{name}', blob: 'a/b.zip', values: { name: 'a/b.zip' } },
  { path: 'box/{name}.csv', blob: 'a.b.csv', values: { name: 'a.b' } },
  { path: 'box/{name}.{extension}', blob: 'a.b.csv', values: { name: 'a.b', extension: 'csv' } },
  {
    path: 'box/{app}/{track}/{name}',
    blob: '9N/beta/a.zip',
    values: { app: '9N', track: 'beta', name: 'a.zip' },
  },
  {
    path: 'box/{app}/{track}/{name}',
    blob: '9N/x/beta/a.zip',
    values: { app: '9N/x', track: 'beta', name: 'a.zip' },
  },
  { path: 'box/{app}/{track}/{name}', blob: '//', values: { app: '', track: '', name: '' } },
  { path: 'box/{{2014}}/{name}', blob: '{2014}/a', values: { name: 'a' } },
  { path: 'box/fixed.(1).json', blob: 'fixed.(1).json', values: {} },
])('$path matches "$blob" as $values', ({ path, blob, values }) => {
  expect(parseBlobPath(path).match(blob)).toEqual(values);
});

test.each([
  { path: 'box/{app}/{track}/{name}', blob: '9N/a.zip' },
  { path: 'box/{name}.zip', blob: 'a.ZIP' },
  { path: 'box/{name}.zip', blob: 'a.zip.json' },
  { path: 'box/a.json', blob: 'abjson' },
  { path: 'box/a.json', blob: 'folder/a.json' },
])('$path does not match "$blob"', ({ path, blob }) => {
  expect(parseBlobPath(path).match(blob)).toBeUndefined();
});

test('the container is what stands before the first slash', () => {
  expect(parseBlobPath('box/{a}/{b}').container).toBe('box');
});

test.each(['', '/a', 'box/', '{box}/a', 'box\\a', 'box/{a', 'box/a}', 'box/{}', 'box/{a.b}', 'box/{a}/{a}'])(
  '"%s" is refused',
  (path) => {
    expect(() => parseBlobPath(path)).toThrow(expect.objectContaining({ name: 'BlobPathError' }));
  },
);
