import { Cron } from 'croner';

/** When a timer is due, in UTC. */
export interface Schedule {
  /** The first occurrence after a moment. */
  next(after: Date): Date;
}

/** A schedule that the platform's NCRONTAB would refuse, or that never comes. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

/** NCRONTAB's alphabet: croner knows more (`L`, `W`, `#`, `?`, nicknames, years), which Azure refuses. */
const field = /^(?:\*|\d+|[a-z]{3,9})(?:-(?:\d+|[a-z]{3,9}))?(?:\/\d+)?$/i;

/**
 * Reads six fields (second minute hour day month weekday) or five, which then start at second 0, as the platform's
 * TimerTrigger does. Day and weekday must both match.
 */
export function parseSchedule(text: string): Schedule {
  const fields = text.split(' ').filter((part) => part !== '');
  if (fields.length < 5 || fields.length > 6 || !fields.every(isField))
    throw new ScheduleError(`"${text}" is not a schedule of five or six NCRONTAB fields`);
  const cron = readPattern(fields.length === 5 ? ['0', ...fields] : fields, text);
  const next = (after: Date): Date => {
    const run = cron.nextRun(after);
    if (!run) throw new ScheduleError(`"${text}" never occurs`);
    return run;
  };
  next(new Date(0));
  return { next };
}

const isField = (text: string): boolean => text.split(',').every((part) => field.test(part));

function readPattern(fields: readonly string[], text: string): Cron {
  try {
    return new Cron(fields.join(' '), { timezone: 'UTC', domAndDow: true, mode: '6-part', paused: true });
  } catch (error) {
    throw new ScheduleError(`"${text}" is not a schedule: ${String(error)}`, { cause: error });
  }
}

/** The platform remembers the runs of a timer only if it comes once a minute at most. */
export function isMonitored(schedule: Schedule, now: Date): boolean {
  const first = schedule.next(now);
  return schedule.next(first).getTime() - first.getTime() >= 60_000;
}
