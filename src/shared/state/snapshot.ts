import { z } from 'zod';

/** A row as it was written, with the mark of that version, as one column of another row. */
export type Snapshot = { readonly row: Readonly<Record<string, unknown>>; readonly etag: string };

const snapshotSchema = z.object({ row: z.record(z.string(), z.unknown()), etag: z.string().min(1) });

/** A column holds 64 KiB, and its characters take two bytes each. */
const longest = 32 * 1_024 - 1;

/** Nothing where it would not fit: whoever wants to know reads the row itself. */
export function writeSnapshot(snapshot: Snapshot): string | undefined {
  const text = JSON.stringify(snapshot);
  return text.length > longest ? undefined : text;
}

/** Nothing where somebody wrote something else by hand. */
export function readSnapshot(text: string | undefined): Snapshot | undefined {
  if (text === undefined) return undefined;
  try {
    return snapshotSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
