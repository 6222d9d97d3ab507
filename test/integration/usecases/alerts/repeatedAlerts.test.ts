import { expect, test } from 'vitest';
import type { AlertFormat } from '../../../../src/shared/alerts/alert.ts';
import { parseAlerts } from '../../../../src/shared/alerts/parse.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import { receiveAlerts } from '../../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { at, policy, ramping } from '../../../support/builders.ts';
import { lines, ramps, rolloutShown, stubPorts } from '../ports.ts';

/** The senders that date each message by itself, and do not say since when an alert fires. Times are in hours. */

const log = lines();
const iso = (hours: number) => at(hours).toISOString();

const senders: readonly [AlertFormat, Record<string, string>, (hours: number) => unknown][] = [
  [
    'datadog',
    {},
    (hours) => ({
      ...{ monitorId: '1', cycleKey: '2', transition: hours === 0 ? 'Triggered' : 'Renotify' },
      ...{ title: 'Crashes', tags: 'app:notes', date: String(at(hours).getTime()) },
    }),
  ],
  [
    'sentry',
    { 'sentry-hook-resource': 'event_alert' },
    (hours) => ({
      data: { event: { issue_id: '7', title: 'Crashes', datetime: iso(hours), tags: [['app', 'notes']] } },
    }),
  ],
  [
    'generic',
    {},
    (hours) => ({
      type: 'alert.firing',
      timestamp: iso(hours),
      data: { id: 'crashes', title: 'Crashes', labels: { app: 'notes' } },
    }),
  ],
];

test.each(senders)(
  'a repeat of %s does not halt a rollout that began after it fired, and does not hold again',
  async (format, headers, payload) => {
    const ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
    const come = async (hours: number) => {
      ports.clock.time = at(hours);
      const request = { headers: new Headers(headers), body: JSON.stringify(payload(hours)) };
      const alerts = parseAlerts({ sender: 'one', format }, request, at(hours).getTime());
      const [received] = await receiveAlerts(ports, alerts, undefined, log);
      return received?.effected.map((effect) => effect.do);
    };
    expect(await come(0)).toEqual([]);
    const cure = ramping({
      createdAt: at(1),
      policy: policy({ alerts: [{ match: { app: 'notes' }, do: 'halt' }] }),
    });
    await ports.rollouts.create(withJournal(cure, [], at(1)));
    expect(await come(2)).toEqual(['hold']);
    const stored = await ports.rollouts.get(cure.id);
    if (!stored) throw new Error('it is gone');
    await ports.rollouts.save(stored, withJournal({ ...stored.rollout, alertHolds: [] }, [], at(2)));
    expect(await come(3)).toEqual([]);
  },
);
