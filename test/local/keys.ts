import { createHash, timingSafeEqual } from 'node:crypto';

/** `anonymous`: anyone; `function`: the function key or the master key; `admin`: the master key. */
export type AuthLevel = 'anonymous' | 'function' | 'admin';

export interface Keys {
  functionKey: string;
  masterKey: string;
}

/** The key of a request, from the header or, without one, from the query. */
export const presentedKey = (headers: Headers, url: URL): string | undefined =>
  headers.get('x-functions-key') ?? url.searchParams.get('code') ?? undefined;

/** Whether a key opens a level. Each comparison takes the same time whatever the key. */
export function isAuthorized(level: AuthLevel, key: string | undefined, keys: Keys): boolean {
  switch (level) {
    case 'anonymous':
      return true;
    case 'function':
      return isSame(key, keys.functionKey) || isSame(key, keys.masterKey);
    case 'admin':
      return isSame(key, keys.masterKey);
  }
}

function isSame(key: string | undefined, expected: string): boolean {
  return key !== undefined && timingSafeEqual(digest(key), digest(expected));
}

/** Digests have one length, which the comparison needs. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
