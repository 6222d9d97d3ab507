/** What a piece of text means; whoever shows it knows how. */
export type Tone = 'title' | 'faint' | 'plain' | 'good' | 'bad' | 'uncertain' | 'silent';

export type Paint = (tone: Tone, text: string) => string;

export const unpainted: Paint = (_tone, text) => text;

const tones: Readonly<Record<string, Tone>> = {
  awaitingPublication: 'faint',
  ramping: 'plain',
  finalizing: 'good',
  completed: 'good',
  halting: 'bad',
  halted: 'bad',
  failed: 'bad',
  good: 'good',
  bad: 'bad',
  inconclusive: 'uncertain',
  unmeasured: 'silent',
};

/** The tone of a phase, or of a kind of evidence. */
export const toneOf = (word: string): Tone => tones[word] ?? 'faint';
