const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endBytes = 22;
const entryBytes = 46;

/** The names of the files in a ZIP archive, read from its central directory (PKWARE APPNOTE 4.3.12), or nothing if it is none. */
export function fileNames(archive: Buffer): string[] | undefined {
  const end = findEnd(archive);
  if (end === undefined) return undefined;
  const names: string[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (at + entryBytes > end || archive.readUInt32LE(at) !== entrySignature) return undefined;
    const nameBytes = archive.readUInt16LE(at + 28);
    names.push(archive.toString('utf8', at + entryBytes, at + entryBytes + nameBytes));
    at += entryBytes + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return names;
}

/** The end record lies at the very end, before a comment of up to 64 KiB. */
function findEnd(archive: Buffer): number | undefined {
  const first = Math.max(0, archive.length - endBytes - 0xffff);
  for (let at = archive.length - endBytes; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === endSignature) return at;
  }
  return undefined;
}
