import { configure, ZipWriter, type ZipWriterConstructorOptions } from '@zip.js/zip.js';
import type { ZippedFile } from './zipStream.ts';

/** How much of a file is read at once. */
const readBytes = 4 * 2 ** 20;

configure({ useWebWorkers: false });

/** Nothing in the ZIP depends on when or where it is made: 1 January 1980 is the first date that a ZIP knows. */
const options: ZipWriterConstructorOptions = {
  level: 0,
  dataDescriptor: true,
  rawLastModDate: 0x0021_0000,
  extendedTimestamp: false,
};

/** The bytes of the ZIP as they are made, no faster than they are taken. */
export async function* writeZip(
  files: readonly ZippedFile[],
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const stopped = new AbortController();
  const signal = abortSignal === undefined ? stopped.signal : AbortSignal.any([abortSignal, stopped.signal]);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  const writing = writeFiles(files, writable, signal);
  // Its failure is told where the chunks are read; without this it would also be an unhandled rejection.
  writing.catch((error: unknown) => reader.cancel(error).catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await writing;
  } finally {
    stopped.abort();
    await reader.cancel().catch(() => {});
    await writing.catch(() => {});
  }
}

async function writeFiles(
  files: readonly ZippedFile[],
  writable: WritableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const zip = new ZipWriter(writable, options);
  for (const file of files) {
    await zip.add(file.fileName, readableOf(file, signal), { signal, uncompressedSize: file.size });
  }
  await zip.close();
}

/** Reads one piece ahead of what is asked for. */
function readableOf({ fileName, size, read }: ZippedFile, signal: AbortSignal): ReadableStream<Uint8Array> {
  let at = 0;
  if (size === 0) return ReadableStream.from([]);
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const count = Math.min(readBytes, size - at);
      const bytes = await read(at, count, signal);
      if (bytes.byteLength !== count)
        throw new Error(`The package ${fileName} gave ${bytes.byteLength} bytes instead of ${count}.`);
      controller.enqueue(bytes);
      at += count;
      if (at === size) controller.close();
    },
  });
}
