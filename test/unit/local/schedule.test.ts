import { describe, expect, test } from 'vitest';
import { isMonitored, parseSchedule } from '../../local/schedule.ts';
import { isPastDue, nextStatus } from '../../local/timerInfo.ts';

const from = new Date('2026-03-04T10:20:30.500Z');

test.each([
  { text: '*/5 * * * * *', next: '2026-03-04T10:20:35.000Z' },
  { text: '0 */5 * * * *', next: '2026-03-04T10:25:00.000Z' },
  { text: '*/5 * * * *', next: '2026-03-04T10:25:00.000Z' },
  { text: '  0 0 9-17 * * MON-FRI ', next: '2026-03-04T11:00:00.000Z' },
  { text: '0 30 9 * Jan Mon', next: '2027-01-04T09:30:00.000Z' },
  { text: '0 0 0 13 * 5', next: '2026-03-13T00:00:00.000Z' },
])('$text is due next at $next', ({ text, next }) => {
  expect(parseSchedule(text).next(from).toISOString()).toBe(next);
});

test('day and weekday must both match', () => {
  const schedule = parseSchedule('0 0 0 13 * 5');
  const second = schedule.next(schedule.next(from));
  expect([second.getUTCDate(), second.getUTCDay()]).toEqual([13, 5]);
});

test.each([
  'often',
  '* * * *',
  '* * * * * * *',
  '0 0 0 L * *',
  '0 0 0 ? * *',
  '0 0 0 * * 5#2',
  '@daily',
  '2026-01-01T00:00:00',
  '00:00:30',
  '61 * * * * *',
  '0 0 0 30 2 *',
])('%s is refused', (text) => {
  expect(() => parseSchedule(text)).toThrow(expect.objectContaining({ name: 'ScheduleError' }));
});

test('runs are remembered of a timer that comes once a minute at most', () => {
  expect(isMonitored(parseSchedule('0 * * * * *'), from)).toBe(true);
  expect(isMonitored(parseSchedule('*/30 * * * * *'), from)).toBe(false);
});

describe('past due', () => {
  const hourly = parseSchedule('0 0 * * * *');
  const at = (time: string) => new Date(`2026-03-04T${time}:00Z`);

  test('never, where nothing is remembered', () => {
    expect(isPastDue(undefined, hourly, at('10:30'))).toBe(false);
  });

  test('not before the occurrence after the last run', () => {
    expect(isPastDue(nextStatus(hourly, at('10:00'), at('10:00')), hourly, at('10:59'))).toBe(false);
  });

  test('once an occurrence was missed', () => {
    expect(isPastDue(nextStatus(hourly, at('10:00'), at('10:00')), hourly, at('11:01'))).toBe(true);
  });

  test('counted from the first sight of a timer that never ran', () => {
    const status = nextStatus(hourly, at('10:30'));
    expect(status.Last).toBeUndefined();
    expect(isPastDue(status, hourly, at('10:45'))).toBe(false);
    expect(isPastDue(status, hourly, at('11:15'))).toBe(true);
  });

  test('by the schedule of now, though another was remembered', () => {
    const status = nextStatus(hourly, at('10:00'), at('10:00'));
    expect(isPastDue(status, parseSchedule('0 0 0 * * *'), at('11:30'))).toBe(false);
  });
});
