import type { LogLevel } from './coreTypes.ts';

/** Writes one entry; `source` is a function's name, or `host`. */
export type Logger = (level: LogLevel, source: string, message: string) => void;

/** One line per entry, `time level source message`, so that a reader can split it; line breaks become `\n`. */
export function createLogger(write: (line: string) => void, now: () => Date = () => new Date()): Logger {
  return (level, source, message) => {
    if (level === 'none') return;
    write(`${now().toISOString()} ${level} ${source} ${oneLine(message)}\n`);
  };
}

const oneLine = (text: string): string => text.replaceAll(/\r?\n/g, '\\n');
