import { hash } from './draws.ts';

/** Ids as the Store gives them, derived from the seed and a serial number. */

const alphabet = '0123456789BCDFGHJKLMNPQRSTVWXZ';

/** A Store ID: twelve characters that begin with `9N`. */
export function storeId(seed: string, serial: number): string {
  const letter = (at: number) => alphabet.charAt(hash(seed, 'application', serial, at) % alphabet.length);
  return `9N${Array.from({ length: 10 }, (_, at) => letter(at)).join('')}`;
}

/** A GUID of the random form. */
export function guid(seed: string, kind: string, serial: number): string {
  const hex = (at: number) => hash(seed, kind, serial, at).toString(16).padStart(8, '0');
  const digits = `${hex(0)}${hex(1)}${hex(2)}${hex(3)}`;
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}

/** Nineteen digits, above 2^53, growing with the serial number. */
export const submissionId = (seed: string, serial: number): string =>
  String(
    1_152_921_505_700_000_000n + BigInt(serial) * 1373n + BigInt(hash(seed, 'submission', serial) % 1373),
  );

/** Nineteen digits, above 2^53, growing with the serial number. */
export const packageId = (seed: string, serial: number): string =>
  String(2_000_000_000_090_000_000n + BigInt(serial) * 997n + BigInt(hash(seed, 'package', serial) % 997));
