/** What the command line knows of the machine it runs on. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Standard input, to its end. Rejects when a person interrupts. */
  readInput(): Promise<string>;
  /** Aborts when a person interrupts. */
  readonly interrupted: AbortSignal;
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Rejects with the signal's reason when a person interrupts. */
  sleep(ms: number): Promise<void>;
}
