import { functionKey, type Who } from './vocabulary.ts';

/** How numbers and times are written in the sentences that people read. Without locale, so that they never differ. */

/** `25` → `25 %`, `12.5` → `12.5 %`. */
export const sayPercentage = (percentage: number): string => `${Number(percentage.toFixed(2))} %`;

/** A rate as a percentage with three significant digits: `0.0147` → `1.47 %`. */
export const sayRate = (rate: number): string => `${Number((rate * 100).toPrecision(3))} %`;

/** A count; sampled counts are fractions, which matter only where they are few. */
export const sayCount = (count: number): string => `${Number(count.toFixed(count < 100 ? 1 : 0))}`;

/** `2026-11-21T06:00:00.000Z` → `2026-11-21 06:00 UTC`. */
export const sayTime = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `a`, `a and b`, `a, b and c`. */
export function sayList(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** Who gave the word, as the object of a sentence. */
export function sayWho({ actor, by }: Who): string {
  switch (actor) {
    case 'person':
      return by ?? 'a person';
    case 'key':
      return by === undefined || by === functionKey.by ? 'the function key' : `the key ${by}`;
    case 'alert':
      return `the alert ${by ?? ''}`.trim();
    case 'policy':
      return 'the next submission’s policy';
    case 'partnerCenter':
      return 'Partner Center';
    case 'store':
      return 'the Store';
  }
}

/** A ratio of two rates: `1.237` → `1.24`. */
export const sayRatio = (ratio: number): string => `${Number(ratio.toPrecision(3))}`;

/** An e-value with three digits; beyond a million, only that it is. */
export function sayEvidence(eValue: number): string {
  if (eValue > 1e6) return 'above a million';
  return eValue < 0.001 ? 'below 0.001' : `${Number(eValue.toPrecision(3))}`;
}

/** A part of the false-halt budget with two digits: `0.0123` → `1.2 %`. */
export const saySpent = (spent: number): string =>
  spent > 0 && spent < 0.00001 ? 'below 0.001 %' : `${Number((spent * 100).toPrecision(2))} %`;
