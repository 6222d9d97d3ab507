import type { FileEntry } from '@zip.js/zip.js';
import { bytesOf, filesOf, textOf } from './archive.ts';
import type { ByteSource } from './byteSource.ts';
import { bundleIdentity, packageIdentity } from './manifest.ts';
import { normalized } from './packages.ts';
import type { Contents, Identity } from './state.ts';

type Manifest = { readonly path: string; identity(xml: string): Identity | undefined };

const packageManifest: Manifest = { path: 'AppxManifest.xml', identity: packageIdentity };
const bundleManifest: Manifest = {
  path: 'AppxMetadata/AppxBundleManifest.xml',
  identity: bundleIdentity,
};

/** What is in an uploaded file, by the ending of its name. Throws `UnreadableUploadError`. */
export async function contentsOf(file: FileEntry, archive: ByteSource): Promise<Contents> {
  const name = normalized(file.filename);
  const kind = /\.(?:msix|appx)(bundle|upload)?$/i.exec(name);
  if (!kind) return { kind: 'noArchive' };
  const source = await bytesOf(file, archive);
  if (source === 'tooBig') return { kind: 'unread' };
  const files = source && (await filesOf(source));
  if (!files) return { kind: 'noArchive' };
  switch (kind[1]?.toLowerCase()) {
    case 'upload':
      return await uploadContents(files, source);
    case 'bundle':
      return await manifestContents(name, files, bundleManifest);
    default:
      return await manifestContents(name, files, packageManifest);
  }
}

async function manifestContents(
  name: string,
  files: FileEntry[],
  { path, identity }: Manifest,
): Promise<Contents> {
  const file = files.find(({ filename }) => normalized(filename) === path);
  if (!file) return { kind: 'malformed', why: `It does not contain ${path}.` };
  const found = identity((await textOf(file)) ?? '');
  if (!found) return { kind: 'malformed', why: `Its ${path} is not valid.` };
  return { kind: 'packages', packages: [{ fileName: baseName(name), identity: found }] };
}

/** An upload file holds a bundle, or packages, beside symbols that nobody reads here. */
async function uploadContents(files: FileEntry[], archive: ByteSource): Promise<Contents> {
  const inside = files.filter(({ filename }) => /^[^/\\]+\.(msix|appx)(bundle)?$/i.test(filename));
  if (inside.length === 0) return { kind: 'malformed', why: 'It does not contain a bundle or a package.' };
  const found: Contents[] = [];
  for (const file of inside) found.push(await contentsOf(file, archive));
  const unusable = found.find(({ kind }) => kind !== 'packages');
  if (unusable) return unusable;
  return {
    kind: 'packages',
    packages: found.flatMap((one) => (one.kind === 'packages' ? one.packages : [])),
  };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
