import { createCipheriv } from 'node:crypto';
import { ReadableStream } from 'node:stream/web';
import { ZipWriter } from '@zip.js/zip.js';
import { zipOf } from './zipOf.ts';

/** Packages as the Store takes them: archives with a manifest and nothing in them that runs. All files are stored. */

export type PackageIdentity = {
  readonly name: string;
  /** A distinguished name: `CN=…`. */
  readonly publisher: string;
  readonly version: string;
  readonly architecture?: string;
};
export type PackageOptions = PackageIdentity & { readonly paddingBytes?: number };

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function identityElement({ name, publisher, version }: PackageIdentity, architecture?: string): string {
  const where = architecture === undefined ? '' : ` ProcessorArchitecture="${escaped(architecture)}"`;
  return `<Identity Name="${escaped(name)}" Publisher="${escaped(publisher)}" Version="${version}"${where}/>`;
}

const packageManifest = (identity: PackageIdentity): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
  ${identityElement(identity, identity.architecture)}
</Package>`;

const bundleManifest = (identity: PackageIdentity, architectures: readonly string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<b:Bundle xmlns:b="http://schemas.microsoft.com/appx/2013/bundle" SchemaVersion="6.0">
  ${identityElement(identity).replace('<Identity', '<b:Identity')}
  <b:Packages>
    ${architectures
      .map(
        (architecture) =>
          `<b:Package Type="application" Version="${identity.version}" Architecture="${architecture}" FileName="App_${architecture}.msix"/>`,
      )
      .join('\n    ')}
  </b:Packages>
</b:Bundle>`;

/** A package (`.msix`, `.appx`). */
export const msix = ({ paddingBytes = 0, ...identity }: PackageOptions): Buffer =>
  zipOf({
    'AppxManifest.xml': packageManifest(identity),
    ...(paddingBytes > 0 && { 'padding.bin': Buffer.concat([...noiseOf(paddingBytes)]) }),
  });

/** A bundle (`.msixbundle`, `.appxbundle`) with one package for each architecture. */
export const msixbundle = (
  { architecture = 'x64', ...identity }: PackageOptions,
  architectures: readonly string[] = [architecture],
): Buffer =>
  zipOf({
    'AppxMetadata/AppxBundleManifest.xml': bundleManifest(identity, architectures),
    ...Object.fromEntries(
      architectures.map((one) => [`App_${one}.msix`, msix({ ...identity, architecture: one })]),
    ),
  });

/** An upload file (`.msixupload`, `.appxupload`) around packages or bundles, by their file names. */
export const msixupload = (of: Readonly<Record<string, Buffer>>): Buffer =>
  zipOf({ ...of, 'App.appxsym': 'symbols' });

export type BigPackageOptions = {
  /** The path of the package inside the ZIP. */
  readonly fileName: string;
  readonly identity: PackageIdentity;
  /** How big the package is, but for its manifest and the frame of the archive. */
  readonly bytes: number;
};

/**
 * A ZIP that holds one package of any size, made while it is read, in constant memory and the same each time.
 * `Readable.fromWeb` makes a Node.js stream of it.
 */
export const bigPackage = ({ fileName, identity, bytes }: BigPackageOptions): ReadableStream<Uint8Array> =>
  zipStream({
    [fileName]: zipStream({
      'AppxManifest.xml': streamOf([Buffer.from(packageManifest(identity))]),
      'padding.bin': streamOf(noiseOf(bytes)),
    }),
  });

type Sources = Readonly<Record<string, ReadableStream<Uint8Array>>>;

const lastModDate = new Date('2026-03-01T00:00:00Z');

/** A ZIP of stored files. The reader's pace is the writer's. */
function zipStream(files: Sources): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writing = async () => {
    const writer = new ZipWriter(writable, { level: 0, useWebWorkers: false, lastModDate });
    for (const [name, content] of Object.entries(files)) await writer.add(name, content);
    await writer.close();
  };
  writing().catch((error: unknown) => writable.abort(error));
  return readable;
}

const streamOf = (chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> => ReadableStream.from(chunks);

/** Bytes that no compression makes smaller, and that are the same in each run. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(
  Buffer.alloc(1024 * 1024),
);

function* noiseOf(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= noise.length)
    yield noise.subarray(0, Math.min(left, noise.length));
}
