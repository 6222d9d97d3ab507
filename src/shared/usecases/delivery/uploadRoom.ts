/**
 * How many uploads one process has under way at once. Each holds some dozens of megabytes, and an instance may have half a
 * gigabyte; whoever finds no room comes back later.
 */
export class UploadRoom {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the upload if there is room for it. */
  async run<Result>(upload: () => Promise<Result>): Promise<Result | 'noRoom'> {
    if (this.#taken >= this.#most) return 'noRoom';
    this.#taken += 1;
    try {
      return await upload();
    } finally {
      this.#taken -= 1;
    }
  }
}
