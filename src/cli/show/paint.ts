// An older Node.js has no `styleText`, and a named import of it would fail before that can be said.
import util from 'node:util';

/** What a piece of text means; whoever shows it knows how. */
export type Tone = 'title' | 'faint' | 'plain' | 'good' | 'bad' | 'uncertain';
export type Paint = (tone: Tone, text: string) => string;

const styles = {
  title: 'bold',
  faint: 'dim',
  plain: 'cyan',
  good: 'green',
  bad: 'red',
  uncertain: 'yellow',
} as const;

export const unpainted: Paint = (_tone, text) => text;

/** Node leaves the colours out where the stream is no terminal or NO_COLOR is set. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (tone, text) =>
    text === '' ? '' : util.styleText(styles[tone], text, { stream });

const tones: Readonly<Record<string, Tone>> = {
  awaitingPublication: 'plain',
  ramping: 'plain',
  finalizing: 'good',
  completed: 'good',
  failing: 'bad',
  failed: 'bad',
  halting: 'bad',
  halted: 'bad',
  discarding: 'uncertain',
  cancelled: 'uncertain',
  good: 'good',
  bad: 'bad',
  inconclusive: 'uncertain',
  unmeasured: 'uncertain',
};

/** The tone of a phase, or of a kind of evidence; one that is unknown here is plain. */
export const toneOf = (word: string): Tone =>
  Object.hasOwn(tones, word) ? (tones[word] ?? 'plain') : 'plain';
