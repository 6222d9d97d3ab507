import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { durationSchema } from '../shared/rollout/duration.ts';
import { nameSchema } from '../shared/rollout/name.ts';

/** What stands behind an option, as text, in the form that the commands work with. */

/** `6h` in ms. @throws InvalidArgumentError */
export function durationIn(text: string): number {
  const result = z.safeDecode(durationSchema, text);
  if (result.success) return result.data;
  throw new InvalidArgumentError('Write it as 90s, 30m, 6h or 2d.');
}

/** A time with its zone, in UTC. @throws InvalidArgumentError */
export function instantIn(text: string): string {
  const time = z.iso.datetime({ offset: true }).safeParse(text).success ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new InvalidArgumentError('Write it as 2026-12-01T08:00:00Z or 2026-12-01T08:00:00+01:00.');
}

/** A time with its zone, or how long from now on, as a time in UTC. @throws InvalidArgumentError */
export function untilIn(text: string, now: number): string {
  const duration = z.safeDecode(durationSchema, text);
  if (duration.success) return new Date(now + duration.data).toISOString();
  try {
    return instantIn(text);
  } catch {
    throw new InvalidArgumentError('Write it as 6h or 2d, or as 2026-12-01T08:00:00Z.');
  }
}

/** `25` or `25%`; null for `none`, which lifts a cap. @throws InvalidArgumentError */
export function capIn(text: string): number | null {
  if (text === 'none') return null;
  const [, digits] = /^(\d+(?:\.\d+)?) ?%?$/.exec(text) ?? [];
  const percentage = Number(digits);
  if (percentage <= 100) return percentage;
  throw new InvalidArgumentError('Write a percentage from 0 to 100, or none to lift the cap.');
}

export type PublishMode = 'Immediate' | 'Manual' | { readonly date: string };

/** @throws InvalidArgumentError */
export function publishModeIn(text: string): PublishMode {
  if (text === 'immediate') return 'Immediate';
  if (text === 'manual') return 'Manual';
  try {
    return { date: instantIn(text) };
  } catch {
    throw new InvalidArgumentError('Write immediate, manual, or a time such as 2026-12-01T08:00:00Z.');
  }
}

/** A reason that the journal can hold. @throws InvalidArgumentError */
export function reasonIn(text: string): string {
  const reason = text.trim();
  if (reason === '') throw new InvalidArgumentError('Say why: the journal keeps it.');
  if (reason.length > 500) throw new InvalidArgumentError('Say it in at most 500 characters.');
  return reason;
}

/** A name that the journal can hold. @throws InvalidArgumentError */
export function nameIn(text: string): string {
  const { data, error } = nameSchema.safeParse(text);
  if (data !== undefined) return data;
  throw new InvalidArgumentError(`It ${error?.issues[0]?.message ?? 'is no name'}.`);
}
