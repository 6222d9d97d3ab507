import { randomBytes } from 'node:crypto';
import type { Toggles } from './toggles.ts';

export type TokenVersion = 'v1' | 'v2';

type Token = { readonly version: TokenVersion; readonly valid: boolean; readonly expiresAt: number };

/** The access tokens that were given out. They live in real time. */
export class Tokens {
  readonly lifetimeSeconds: number;
  readonly #tokens = new Map<string, Token>();

  constructor(lifetimeSeconds: number) {
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** A new token. One for a resource with a slash at its end looks good and is not accepted. */
  issue(version: TokenVersion, valid: boolean): string {
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(token, { version, valid, expiresAt: Date.now() + this.lifetimeSeconds * 1000 });
    return token;
  }

  /** Whether an `Authorization` header carries a token that is still good. */
  accepts(authorization: string | undefined, versions: Toggles['tokenVersions']): boolean {
    const token = this.#tokens.get(bearer(authorization));
    if (!token?.valid || token.expiresAt <= Date.now()) return false;
    return versions === 'both' || versions === token.version;
  }

  revoke(authorization: string | undefined): void {
    this.#tokens.delete(bearer(authorization));
  }
}

const bearer = (authorization = ''): string => /^bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
