import { inspect } from 'node:util';
import { redacted } from './redact.ts';

/**
 * The SAS URL of a draft's ZIP. It is a credential: it shows itself to nobody, and only `upload.ts` opens it.
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
    const queryAt = this.#url.indexOf('?');
    const query = queryAt < 0 ? '' : this.#url.slice(queryAt);
    return use(this.#url.slice(0, this.#url.length - query.length) + query.replaceAll('+', '%2B'));
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
