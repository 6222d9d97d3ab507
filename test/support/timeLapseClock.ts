import { z } from 'zod';
import type { Clock } from '../../src/shared/platform/clock.ts';

/** Everything another process on this machine needs to tell the same time. */
export const clockSettingSchema = z.object({
  /** Domain time at the moment `real`, ISO 8601. */
  domain: z.iso.datetime(),
  /** The machine's own time when `domain` was set, ISO 8601. */
  real: z.iso.datetime(),
  /** Domain seconds per real second; 0 stands still, 1 is real time. */
  speed: z.number().min(0),
});
export type ClockSetting = z.infer<typeof clockSettingSchema>;

/** One domain clock, set and driven by hand, or run at a multiple of real time. */
export class TimeLapseClock implements Clock {
  #setting: ClockSetting;
  readonly #realNow: () => number;

  constructor(options: { now?: Date; speed?: number; realNow?: () => number } = {}) {
    this.#realNow = options.realNow ?? Date.now;
    this.#setting = this.#from(options.now ?? new Date(this.#realNow()), options.speed ?? 1);
  }

  now(): Date {
    const { domain, real, speed } = this.#setting;
    return new Date(Date.parse(domain) + (this.#realNow() - Date.parse(real)) * speed);
  }

  /** Sets the time, the speed or both; what is left out goes on as it is. */
  set(change: { now?: Date; speed?: number }): void {
    this.#setting = this.#from(change.now ?? this.now(), change.speed ?? this.#setting.speed);
  }

  advance(ms: number): void {
    this.set({ now: new Date(this.now().getTime() + ms) });
  }

  get setting(): ClockSetting {
    return this.#setting;
  }

  /** Takes over the setting of another clock, so that both tell the same time. */
  follow(setting: ClockSetting): void {
    this.#setting = setting;
  }

  #from(now: Date, speed: number): ClockSetting {
    return { domain: now.toISOString(), real: new Date(this.#realNow()).toISOString(), speed };
  }
}
