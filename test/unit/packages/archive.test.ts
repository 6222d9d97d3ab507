import { describe, expect, it, test } from 'vitest';
import { readArchive } from '../../../src/shared/packages/archive.ts';
import { accessTo, archiveOf, type File, packageBytes, patched } from './archives.ts';

const mistakesOf = async (archive: Uint8Array): Promise<readonly string[]> => {
  const finding = await readArchive(accessTo(archive));
  return finding.kind === 'mistakes' ? finding.mistakes : [];
};

const one: File = { name: 'App.msix' };

describe('an archive of packages', () => {
  test.each([
    ['stored', { level: 0 }],
    ['deflated', { level: 6 }],
    ['in Zip64', { zip64: true }],
    ['without data descriptors', { dataDescriptor: false }],
  ])('is taken: %s', async (_how, options) => {
    const bytes = packageBytes(300_000);
    const files = [{ name: 'App.msixbundle', bytes }, { name: 'x64/App.appx' }];
    const finding = await readArchive(accessTo(await archiveOf(files, options)));
    expect(finding).toEqual({
      kind: 'packages',
      entries: [
        { fileName: 'App.msixbundle', size: 300_000, compressedSize: expect.any(Number) },
        { fileName: 'x64/App.appx', size: 100, compressedSize: expect.any(Number) },
      ],
    });
  });

  it('may have folders of their own and a comment', async () => {
    const folder = { name: 'x64/', options: { directory: true } };
    const archive = await archiveOf([folder, { name: 'x64/App.msix' }]);
    const comment = Buffer.concat([archive.subarray(0, -2), Buffer.from('\u0004\u0000made')]);
    expect(await mistakesOf(comment)).toEqual([]);
  });

  it('is not read whole', async () => {
    const access = accessTo(await archiveOf([{ name: 'App.msix', bytes: packageBytes(50_000_000) }]));
    await readArchive(access);
    expect(access.reads.reduce((sum, count) => sum + count, 0)).toBeLessThan(100_000);
  });
});

describe('what the Store would pass over in silence', () => {
  test.each<[string, readonly File[], string]>([
    ['nothing in it', [], 'There is no package in it.'],
    ['only a folder', [{ name: 'x64/', options: { directory: true } }], 'There is no package in it.'],
    ['another file', [one, { name: 'readme.txt' }], '"readme.txt" is no package; packages end with'],
    ['an empty package', [{ name: 'App.msix', bytes: new Uint8Array() }], '"App.msix" is empty.'],
    ['names in capitals', [one, { name: 'APP.msix' }], 'differ in nothing but capitals'],
    ['a backslash', [{ name: 'x64\\App.msix' }], 'has a backslash in its name'],
    ['an absolute path', [{ name: '/App.msix' }], 'has an absolute path'],
    ['a way out', [{ name: '../App.msix' }], 'has a path that leads out of the archive'],
    ['a drive', [{ name: 'C:/App.msix' }], 'has a drive letter'],
    ['no ASCII', [{ name: 'Äpp.msix' }], 'has a character in its name that is not ASCII'],
    ['a password', [{ ...one, options: { password: 'x' } }], '"App.msix" is encrypted.'],
    ['a link', [{ ...one, options: { unixMode: 0o120777 } }], '"App.msix" is a symbolic link.'],
    [
      'a text',
      [{ ...one, bytes: Buffer.from('MZ, not PK') }],
      '"App.msix" is no package: its content is no archive',
    ],
    [
      'three bytes',
      [{ ...one, bytes: Buffer.from('PK\u0003') }],
      '"App.msix" is no package: its content is no',
    ],
    [
      'a packed text',
      [{ ...one, bytes: Buffer.alloc(500_000, 'text'), options: { level: 6 } }],
      '"App.msix" is no package: its content is no archive',
    ],
    [
      'many packages',
      Array.from({ length: 26 }, (_, index) => ({ name: `${index}.msix` })),
      'There are 26 files in it',
    ],
  ])('%s', async (_what, files, mistake) => {
    const found = await mistakesOf(await archiveOf(files));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(mistake);
  });

  test('the same name twice', async () => {
    const archive = patched(await archiveOf([{ name: 'App1.msix' }, { name: 'App2.msix' }]), 'App2', 'App1');
    expect(await mistakesOf(archive)).toEqual(['"App1.msix" is in it 2 times.']);
  });

  test('a method of packing that the Store does not know', async () => {
    const archive = Buffer.from(await archiveOf([one], { dataDescriptor: false }));
    archive.writeUInt16LE(12, 8);
    archive.writeUInt16LE(12, archive.lastIndexOf('PK\u0001\u0002') + 10);
    expect(await mistakesOf(archive)).toEqual([
      '"App.msix" is packed by the method 12; the Store knows stored and deflated.',
    ]);
  });

  test('thousands of files', async () => {
    const files = Array.from({ length: 2_501 }, (_, index) => ({
      name: `${index}.msix`,
      bytes: packageBytes(4),
    }));
    expect(await mistakesOf(await archiveOf(files))).toEqual(['There are more than 2500 files in it.']);
  });
});

describe('an archive that is not whole', () => {
  test.each([
    ['a text', Buffer.from('not an archive'.repeat(10))],
    ['nothing', new Uint8Array()],
    ['one byte', new Uint8Array(1)],
    ['a large file', Buffer.alloc(5_000_000, 1)],
  ])('%s is no archive', async (_what, bytes) => {
    const access = accessTo(bytes);
    expect(await readArchive(access)).toEqual({
      kind: 'mistakes',
      mistakes: ['It is no ZIP archive, or the end of it is missing.'],
    });
    expect(access.reads.reduce((sum, count) => sum + count, 0)).toBeLessThan(200_000);
  });

  test('a bare package is an archive, but not one of packages', async () => {
    const msix = await archiveOf([{ name: 'AppxManifest.xml' }, { name: 'App.exe' }]);
    expect(await mistakesOf(msix)).toHaveLength(2);
  });

  it('is found wherever it was cut off', async () => {
    const archive = await archiveOf([{ name: 'App.msix', bytes: packageBytes(1_000) }]);
    for (let length = 0; length < archive.length; length += 1) {
      expect(await mistakesOf(archive.subarray(0, length))).not.toEqual([]);
    }
  });

  test('bytes before it', async () => {
    const archive = Buffer.concat([Buffer.alloc(1_000, 1), await archiveOf([one])]);
    expect(await mistakesOf(archive)).toContain('There are bytes before the beginning of the archive.');
  });

  test('bytes behind it', async () => {
    const archive = Buffer.concat([await archiveOf([one]), Buffer.alloc(10, 1)]);
    expect(await mistakesOf(archive)).toEqual(['There are bytes behind the end of the archive.']);
  });

  test('a whole archive behind it', async () => {
    const archive = Buffer.concat([await archiveOf([one]), await archiveOf([one])]);
    expect(await mistakesOf(archive)).toContain('There are bytes before the beginning of the archive.');
  });

  test('a directory that names other sizes than the file itself', async () => {
    const archive = Buffer.from(await archiveOf([one], { dataDescriptor: false }));
    archive.writeUInt32LE(99, 22);
    expect((await mistakesOf(archive))[0]).toContain('"App.msix" is described in two ways');
  });

  test('a file that is not where the directory says', async () => {
    const archive = Buffer.from(await archiveOf([one, { name: 'b.msix' }]));
    archive.writeUInt32LE(5, archive.lastIndexOf('PK\u0001\u0002') + 42);
    expect(await mistakesOf(archive)).toEqual(['"b.msix" is not where the directory says.']);
  });

  test('packed bytes that are damaged', async () => {
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 251));
    const archive = Buffer.from(await archiveOf([{ ...one, bytes }], { level: 6 }));
    archive.fill(0xff, 38, 100);
    expect(await mistakesOf(archive)).toEqual(['"App.msix" cannot be unpacked.']);
  });
});

describe('a source that fails', () => {
  it('fails with its own error, wherever that comes', async () => {
    const archive = await archiveOf([one]);
    const whole = accessTo(archive);
    await readArchive(whole);
    for (let good = 0; good < whole.reads.length; good += 1) {
      const failure = new Error('the storage is away');
      let reads = 0;
      const read = async (offset: number, count: number) => {
        if (reads++ === good) throw failure;
        return archive.slice(offset, offset + count);
      };
      await expect(readArchive({ size: archive.length, read })).rejects.toBe(failure);
    }
  });
});
