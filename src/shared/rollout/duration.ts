import { z } from 'zod';

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
type Unit = keyof typeof unitMs;
const unitsFromLargest: readonly Unit[] = ['d', 'h', 'm', 's'];

const durationPattern = /^([1-9]\d{0,5}|0)(s|m|h|d)$/;

const isUnit = (text: string | undefined): text is Unit => text !== undefined && text in unitMs;

function parseDuration(text: string): number {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  return isUnit(unit) ? Number(count) * unitMs[unit] : Number.NaN;
}

/** The shortest way to write a duration of whole seconds as a policy would: `21600000` → `6h`. */
export function writeDuration(ms: number): string {
  const unit = unitsFromLargest.find((candidate) => ms % unitMs[candidate] === 0) ?? 's';
  return `${Math.round(ms / unitMs[unit])}${ms === 0 ? 's' : unit}`;
}

/** A duration as policies write it (`90s`, `30m`, `6h`, `2d`); decoded to milliseconds. */
export const durationSchema = z
  .codec(
    z.string().regex(durationPattern, 'is not a duration; write it as 90s, 30m, 6h or 2d'),
    z.number().int().min(0),
    { decode: parseDuration, encode: writeDuration },
  )
  .meta({ description: 'A duration: a whole number and one of s, m, h, d. For example 90s, 30m, 6h, 2d.' });

/** A duration for people: its two largest units, `1 d 6 h`, `42 min`, `0 s`. */
export function sayDuration(ms: number): string {
  const names = { d: 'd', h: 'h', m: 'min', s: 's' } as const;
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts = unitsFromLargest.map((unit) => {
    const count = Math.floor(rest / unitMs[unit]);
    rest -= count * unitMs[unit];
    return { count, text: `${count} ${names[unit]}` };
  });
  const first = parts.findIndex((part) => part.count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter((part) => part.count > 0)
    .map((part) => part.text)
    .join(' ');
}
