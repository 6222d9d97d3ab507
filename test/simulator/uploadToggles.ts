import { z } from 'zod';

/** The toggles about uploads and what the Store makes of the packages in them. */
export const uploadToggles = {
  expiredUploadUrl: z
    .enum(['keptOnGet', 'reissuedOnGet'])
    .default('keptOnGet')
    .describe('10: whether GET of a draft replaces an upload URL that has expired.'),
  uploadUrlHours: z
    .number()
    .positive()
    .default(24)
    .describe('10: lifetime of an upload URL, in hours of real time.'),
  plusInSignature: z
    .enum(['asIs', 'literal'])
    .default('asIs')
    .describe(
      'Beyond the list (section 5): whether an upload URL is percent-encoded as the library does it, or holds a signature with a bare plus, for which its expiry is put off by some seconds.',
    ),
  missingFiles: z
    .enum(['commitFails', 'droppedSilently'])
    .default('commitFails')
    .describe('Beyond the list (section 5): what becomes of packages that are not in the uploaded archive.'),
  rawUpload: z
    .enum(['ignored', 'invalidArchive'])
    .default('ignored')
    .describe(
      'Beyond the list (section 5): whether a package that was uploaded without a ZIP around it is ignored, with the old packages kept, or fails the commit.',
    ),
  packageReading: z
    .enum(['manifestOrName', 'manifestOnly'])
    .default('manifestOrName')
    .describe(
      'Beyond the list (section 6.3): whether a package that is no archive is read from its file name, or fails the processing.',
    ),
  uploadPackageNames: z
    .enum(['kept', 'unpacked'])
    .default('kept')
    .describe(
      'Beyond the list (section 3.4): whether an .msixupload is listed by its own name after processing, or by the names of the packages inside.',
    ),
};
