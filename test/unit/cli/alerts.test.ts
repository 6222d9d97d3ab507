import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { alertIn, trialsIn } from '../../../src/cli/api/alertViews.ts';
import { alertLines, trialLines } from '../../../src/cli/show/alerts.ts';
import { unpainted } from '../../../src/cli/show/paint.ts';
import { alertDocument, rolloutId, trialDocument } from './views.fixture.ts';

const room = (width = 80) => ({ width, paint: unpainted });
const alerts = (...changes: object[]) => changes.flatMap((change) => alertIn(alertDocument(change)) ?? []);
const trials = (...documents: object[]) => trialsIn({ alerts: documents }) ?? [];

describe('alerts as lines', () => {
  test('say when it came, from whom, how often, since when, with which labels, and what it did', () => {
    expect(alertLines(alerts({}), room())).toEqual([
      '2026-11-21 06:00:00  prometheus (alertmanager)  3 times',
      '  firing: The checkout fails for one in ten',
      '  since 2026-11-21 05:00:00',
      '  application=9NBLGGH4R315 summary="One in ten, and more"',
      `  halted ${rolloutId}`,
      '    The Store shows the rollout stopped.',
      '  https://grafana.example/alerting/1',
    ]);
  });

  test('an alert that never concerned a rollout says so, and why', () => {
    const remarks = [`${rolloutId}: The label severity is missing.`];
    const lines = alertLines(alerts({ matched: false, effects: [], remarks }), room());
    expect(lines.slice(4, 6)).toEqual(['  It never concerned a rollout.', `  ${remarks[0]}`]);
  });

  test('the one that came last stands last', () => {
    const lines = alertLines(
      alerts({ lastAt: '2026-11-21T06:00:00.000Z' }, { lastAt: '2026-11-20T06:00:00.000Z' }),
      room(),
    );
    expect(lines.filter((line) => line.startsWith('2026')).map((line) => line.slice(0, 10))).toEqual([
      '2026-11-20',
      '2026-11-21',
    ]);
  });

  test.each([20, 40, 80])('nothing but ids and addresses is wider than %i columns', (width) => {
    const wordy = 'many words that say little '.repeat(20);
    const lines = alertLines(
      alerts({
        title: wordy,
        labels: { a: wordy },
        remarks: [wordy],
        effects: [{ rolloutId, outcome: 'held', sentence: wordy }],
      }),
      room(width),
    );
    const wider = lines.filter((line) => stringWidth(line) > width);
    expect(wider.filter((line) => !line.includes(rolloutId) && !line.includes('https://'))).toEqual([]);
  });

  test('what a terminal would obey does not come through, and what is of another type is passed over', () => {
    const lines = alertLines(
      alerts({ title: 'a\u001b[2J', labels: { 'b\u0007': 'c\n' }, count: 'often', effects: [7], url: null }),
      room(),
    );
    expect(lines.join('\n')).not.toMatch(/[^\P{Cc}\n]/u);
    expect(lines).toContain('  firing: a [2J');
  });
});

describe('a trial as lines', () => {
  test('says what each alert would do', () => {
    const nothing = {
      title: 'Crashes',
      status: 'resolved',
      rollouts: [],
      remarks: ['It is resolved, and holds no rollout.'],
    };
    expect(trialLines(trials(trialDocument(), nothing), room())).toEqual([
      'firing: The checkout fails for one in ten',
      '  application=9NBLGGH4R315',
      `  would halt ${rolloutId}`,
      'resolved: Crashes',
      '  It would do nothing.',
      '  It is resolved, and holds no rollout.',
    ]);
  });

  test('says that there is none', () => {
    expect(trialLines([], room())).toEqual(['It holds no alert: the sender speaks of something else.']);
  });
});
