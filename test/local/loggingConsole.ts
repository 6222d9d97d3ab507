import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Logger } from './logger.ts';

/** A console that writes into the log, as the platform takes up what an app prints. */
export function loggingConsole(logger: Logger): Console {
  const lines = (level: 'information' | 'error') =>
    new Writable({
      decodeStrings: false,
      write(chunk: unknown, _encoding, done) {
        logger(level, 'console', String(chunk).trimEnd());
        done();
      },
    });
  return new Console({ stdout: lines('information'), stderr: lines('error') });
}
