import { inspect } from 'node:util';
import { redacted } from '../secrets/redact.ts';

/**
 * A signed URL (SAS) of a blob: the one that a draft's ZIP is uploaded to, or one that a package is copied from. It is
 * a credential: it shows itself to nobody, and only what makes the request opens it.
 */
export class UploadUrl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Gives the URL to `use`, with each `+` of its query as `%2B`: some signatures hold a bare one, which means
   * a space there.
   */
  open<Result>(use: (url: string) => Result): Result {
    const query = this.#query();
    return use(this.#url.slice(0, this.#url.length - query.length) + query.replaceAll('+', '%2B'));
  }

  /**
   * Until when the URL lets anybody in, in ms since 1970; nothing where it does not say. A signature by a user
   * delegation key (`ske`) ends with its key, whatever its own end (`se`).
   */
  get expiresAt(): number | undefined {
    const query = new URLSearchParams(this.#query());
    const ends = ['se', 'ske'].map((name) => Date.parse(query.get(name) ?? '')).filter(Number.isFinite);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** Whether the URL is past its end, or will be in `withinMs`. */
  isExpired(now: number, withinMs = 0): boolean {
    return this.expiresAt !== undefined && this.expiresAt <= now + withinMs;
  }

  equals(other: UploadUrl): boolean {
    return this.#url === other.#url;
  }

  #query(): string {
    const queryAt = this.#url.indexOf('?');
    return queryAt < 0 ? '' : this.#url.slice(queryAt);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
