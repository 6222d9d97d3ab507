import type { Content } from '../../delivery/delivery.ts';
import type { UploadSource } from '../../msstore/port.ts';
import type { PackageBlob, PackageContainer } from '../../packages/container.ts';
import { blobSource, zipSource } from '../../packages/sources.ts';

type ContentBlob = Content['blobs'][number];

const packageBlob = ({ name, etag, bytes, md5 }: ContentBlob): PackageBlob => ({
  name,
  etag,
  size: bytes,
  contentMd5: md5,
});

/** The bytes that the Store is to get: the archive as it lies in the container, or a ZIP made of the bare files on the way. */
export function uploadSourceOf(container: PackageContainer, content: Content): UploadSource {
  const [archive] = content.blobs;
  if (content.kind === 'archive' && archive) return blobSource(container, packageBlob(archive));
  return zipSource(
    container,
    content.blobs.map((blob, index) => ({
      fileName: content.files[index]?.fileName ?? '',
      blob: packageBlob(blob),
    })),
  );
}
