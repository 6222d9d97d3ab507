import { describe, expect, test } from 'vitest';
import type { PackageBlob, PackageContainer } from '../../../../src/shared/packages/container.ts';
import { examinePackages, versionOf } from '../../../../src/shared/usecases/delivery/examinePackages.ts';

/** What the blobs of a request must be before the Store is asked for anything. */

type Kept = { readonly blob: PackageBlob; readonly bytes: Uint8Array };
const archive = 'PK\u0003\u0004 and more';

const blob = (name: string, content = archive, change: Partial<PackageBlob> = {}): Kept => ({
  blob: { name, etag: '"1"', size: Buffer.byteLength(content), ...change },
  bytes: Buffer.from(content),
});

const notAsked = () => Promise.reject(new Error('Examining reads blobs, and nothing else.'));

/** A container in memory, with the most that it was asked for at once. */
function containerOf(...kept: readonly Kept[]): PackageContainer & { most: () => number } {
  const find = (wanted: string) => kept.find(({ blob: { name } }) => name === wanted);
  let [atOnce, most] = [0, 0];
  return {
    most: () => most,
    stat: async (name) => {
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      atOnce--;
      return find(name)?.blob;
    },
    read: async ({ name }, offset, count) => ({
      bytes: find(name)?.bytes.subarray(offset, offset + count) ?? new Uint8Array(),
    }),
    signedUrl: notAsked,
    readText: notAsked,
    createIfMissing: notAsked,
  };
}

const examine = (container: PackageContainer, names: readonly string[], versions: readonly string[]) =>
  examinePackages(container, names, versions, new AbortController().signal);
/** In the versions that are there. */
const examineAll = (...kept: readonly Kept[]) =>
  examine(
    containerOf(...kept),
    kept.map(({ blob: { name } }) => name),
    kept.map((one) => versionOf(one.blob)),
  );

describe('what was asked for is what is examined', () => {
  test('packages by their file names, in the version that was found', async () => {
    expect(await examineAll(blob('in/A.msix'), blob('in/B.msix', archive, { contentMd5: 'bWQ1' }))).toEqual({
      kind: 'good',
      content: {
        kind: 'files',
        blobs: [
          { name: 'in/A.msix', etag: '"1"', bytes: archive.length },
          { name: 'in/B.msix', etag: '"1"', bytes: archive.length, md5: 'bWQ1' },
        ],
        files: [
          { fileName: 'A.msix', bytes: archive.length },
          { fileName: 'B.msix', bytes: archive.length },
        ],
      },
    });
  });

  test('what was changed since the request is named, and nothing else', async () => {
    const container = containerOf(blob('in/A.msix'), blob('in/B.msix', archive, { etag: '"2"' }));
    expect(await examine(container, ['in/A.msix', 'in/B.msix'], ['"1"', '"1"'])).toEqual({
      kind: 'bad',
      mistakes: ['"in/B.msix" was changed after it was submitted'],
    });
  });

  test('a blob of which no version was written down is not taken for the one that was meant', async () => {
    expect(await examine(containerOf(blob('in/A.msix')), ['in/A.msix'], [])).toMatchObject({ kind: 'bad' });
  });

  test('the same bytes uploaded again are the same, where their hash is known', async () => {
    const first = blob('in/A.msix', archive, { contentMd5: 'bWQ1' });
    const again = blob('in/A.msix', archive, { contentMd5: 'bWQ1', etag: '"2"' });
    expect(await examine(containerOf(again), ['in/A.msix'], [versionOf(first.blob)])).toMatchObject({
      kind: 'good',
    });
    const other = blob('in/A.msix', archive, { contentMd5: 'b3RoZXI=' });
    expect(await examine(containerOf(other), ['in/A.msix'], [versionOf(first.blob)])).toMatchObject({
      mistakes: ['"in/A.msix" was changed after it was submitted'],
    });
  });

  test('what is missing is named before anything is compared', async () => {
    const container = containerOf(blob('in/A.msix', archive, { etag: '"2"' }));
    expect(await examine(container, ['in/A.msix', 'in/B.msix'], ['"1"', '"1"'])).toEqual({
      kind: 'bad',
      mistakes: ['there is no blob "in/B.msix" in the container'],
    });
  });
});

describe('a package by itself', () => {
  test.each([
    ['a page of text', 'This is no package'],
    ['an empty archive', 'PK\u0005\u0006'],
    ['less than a beginning', 'PK'],
  ])('that is %s is none, and the Store would pass over it in silence', async (_, content) => {
    expect(await examineAll(blob('in/A.msix'), blob('in/B.msix', content))).toEqual({
      kind: 'bad',
      mistakes: ['"B.msix" is no package: its content is no archive of its own'],
    });
  });

  test('of another kind is no package', async () => {
    const finding = await examineAll(blob('in/A.exe'));
    expect(finding).toMatchObject({
      kind: 'bad',
      mistakes: [expect.stringMatching(/^"A\.exe" is no package; packages end with .*[^.]$/)],
    });
  });
});

test('an archive goes alone', async () => {
  expect(await examineAll(blob('in/A.zip'), blob('in/B.msix'))).toEqual({
    kind: 'bad',
    mistakes: ['a .zip goes alone: it holds all packages of a submission'],
  });
});

test('an archive that is none is a mistake of the request', async () => {
  expect(await examineAll(blob('in/A.ZIP', 'This is no archive'))).toMatchObject({ kind: 'bad' });
});

describe('many mistakes', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `${index}.msix`);
  test.each([
    { count: 10, told: 10, more: '' },
    { count: 11, told: 11, more: 'and 1 more' },
    { count: 25, told: 11, more: 'and 15 more' },
  ])('are told up to the tenth: $count', async ({ count, told, more }) => {
    const finding = await examine(containerOf(), names(count), []);
    if (finding.kind !== 'bad') throw new Error('nothing was missing');
    expect(finding.mistakes).toHaveLength(told);
    if (more) expect(finding.mistakes.at(-1)).toBe(more);
  });

  test.each<[string, (name: string) => Kept, readonly string[]]>([
    ['of blobs that were changed', (name) => blob(name), names(25).map(() => 'another')],
    ['of files that are no archives', (name) => blob(name, 'text'), names(25).map(() => '"1"')],
    ['of files that are empty', (name) => blob(name, ''), names(25).map(() => '"1"')],
  ])('%s are as many', async (_, make, versions) => {
    const finding = await examine(containerOf(...names(25).map(make)), names(25), versions);
    expect(finding).toMatchObject({ kind: 'bad' });
    expect(finding.kind === 'bad' && finding.mistakes).toHaveLength(11);
  });

  test('cost the storage no more than five questions at once', async () => {
    const container = containerOf();
    await examine(container, names(25), []);
    expect(container.most()).toBe(5);
  });
});
