import { z } from 'zod';
import type { TriggerData } from './invoker.ts';
import type { Schedule } from './schedule.ts';

/** What is remembered of a timer between runs and hosts, in the JSON that the platform's ScheduleMonitor writes. */
export const scheduleStatusSchema = z.object({
  /** When it last was due; absent before the first run. */
  Last: z.iso.datetime({ offset: true }).optional(),
  Next: z.iso.datetime({ offset: true }),
  LastUpdated: z.iso.datetime({ offset: true }),
});
export type ScheduleStatus = z.infer<typeof scheduleStatusSchema>;

/** Whether an occurrence since the last run was missed. It is computed anew, so that a changed schedule counts. */
export function isPastDue(status: ScheduleStatus | undefined, schedule: Schedule, now: Date): boolean {
  if (!status) return false;
  return schedule.next(new Date(status.Last ?? status.LastUpdated)) < now;
}

/** The status after a run that was due at `last`, or before any. */
export function nextStatus(schedule: Schedule, now: Date, last?: Date): ScheduleStatus {
  const times = { Next: schedule.next(now).toISOString(), LastUpdated: (last ?? now).toISOString() };
  return last ? { Last: last.toISOString(), ...times } : times;
}

/** A timer's input as the host sends it: JSON with .NET's capitals, which the library turns. */
export function timerData(isPastDueNow: boolean, status: ScheduleStatus | undefined): TriggerData {
  const input = { Schedule: { AdjustForDST: true }, ScheduleStatus: status ?? null, IsPastDue: isPastDueNow };
  return { input: { json: JSON.stringify(input) }, metadata: {} };
}

/** The input of a timer that an administrator runs. */
export const manualTimer = (): TriggerData => timerData(false, undefined);
