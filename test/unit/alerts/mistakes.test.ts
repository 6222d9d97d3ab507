import { describe, expect, test } from 'vitest';
import type { AlertFormat } from '../../../src/shared/alerts/alert.ts';
import { alertsIn, changed, fixture, mistakesIn } from './senders.fixture.ts';

const event = { 'sentry-hook-resource': 'event_alert' };
const metric = { 'sentry-hook-resource': 'metric_alert' };

type Wrong = [AlertFormat, string, Record<string, string>, place: string, value: unknown, says: string];

describe('what is needed and wrong is named by its place', () => {
  test.each<Wrong>([
    [
      'azureMonitor',
      'azureMonitor.log',
      {},
      'schemaId',
      'AzureMonitorMetricAlert',
      'schemaId is not "azureMonitorCommonAlertSchema"',
    ],
    [
      'azureMonitor',
      'azureMonitor.log',
      {},
      'data.essentials.alertId',
      undefined,
      'data.essentials.alertId is missing',
    ],
    [
      'azureMonitor',
      'azureMonitor.log',
      {},
      'data.essentials.alertRule',
      '',
      'data.essentials.alertRule must not be empty',
    ],
    [
      'azureMonitor',
      'azureMonitor.log',
      {},
      'data.essentials.monitorCondition',
      'Closed',
      'data.essentials.monitorCondition expected one of "Fired"|"Resolved"',
    ],
    ['alertmanager', 'alertmanager', {}, 'alerts', [], 'alerts has no alert'],
    [
      'alertmanager',
      'alertmanager',
      {},
      'alerts',
      Array.from({ length: 1_001 }, () => ({})),
      'alerts has more than 1000 alerts',
    ],
    [
      'alertmanager',
      'alertmanager',
      {},
      'alerts.1.fingerprint',
      undefined,
      'alerts[1].fingerprint is missing',
    ],
    [
      'alertmanager',
      'alertmanager',
      {},
      'alerts.0.status',
      'suppressed',
      'alerts[0].status expected one of "firing"|"resolved"',
    ],
    [
      'alertmanager',
      'alertmanager',
      {},
      'alerts.0.labels.severity',
      7,
      'alerts[0].labels.severity expected string',
    ],
    ['grafana', 'grafana', {}, 'alerts.1.labels', undefined, 'alerts[1].labels'],
    ['grafana', 'grafana', {}, 'alerts', 'none', 'alerts expected array'],
    ['datadog', 'datadog', {}, 'monitorId', '$ALERT_ID', 'monitorId was not filled in by Datadog'],
    ['datadog', 'datadog', {}, 'monitorId', '', 'monitorId was not filled in by Datadog'],
    ['datadog', 'datadog', {}, 'transition', 'Muted', 'transition is none of Datadog’s: Triggered, '],
    ['datadog', 'datadog', {}, 'transition', 'constructor', 'transition is none of Datadog’s'],
    ['pagerduty', 'pagerduty.incident', {}, 'event.data.id', undefined, 'event.data.id'],
    [
      'pagerduty',
      'pagerduty.incident',
      {},
      'event.data.status',
      'snoozed',
      'event.data.status expected one of',
    ],
    ['pagerduty', 'pagerduty.incident', {}, 'event', undefined, 'event'],
    ['sentry', 'sentry.eventAlert', event, 'data.event.issue_id', undefined, 'data.event.issue_id'],
    ['sentry', 'sentry.metricAlert', metric, 'action', 'open', 'action expected one of'],
    ['sentry', 'sentry.metricAlert', event, 'action', 'critical', 'data.event'],
    ['sentry', 'sentry.metricAlert', {}, 'action', 'critical', 'Sentry-Hook-Resource is missing'],
    ['generic', 'generic', {}, 'data.lables', {}, 'data.lables is not a known key; did you mean "labels"?'],
    ['generic', 'generic', {}, 'data.labels.severity', 1, 'data.labels.severity expected string'],
    ['generic', 'generic', {}, 'data.url', 'javascript:alert(1)', 'data.url is not a URL of http or https'],
    ['generic', 'generic', {}, 'timestamp', '2026-02-03', 'timestamp is not an instant such as'],
    ['generic', 'generic', {}, 'type', 'alert.fired', 'type expected one of'],
    ['generic', 'generic', {}, 'data.id', 'x'.repeat(501), 'data.id must not be longer than 500'],
  ])('%s: %s %s', (format, file, headers, place, value, says) => {
    expect(mistakesIn(format, changed(fixture(file), place, value), headers)).toContainEqual(
      expect.stringContaining(says),
    );
  });

  test('all of them at once', () => {
    const body = changed(changed(fixture('generic'), 'type', 'x'), 'data.title', '');
    expect(mistakesIn('generic', body)).toEqual([
      expect.stringContaining(', and 1 more'),
      expect.stringContaining('type '),
      'data.title must not be empty',
    ]);
  });
});

test('a body that is no JSON is not repeated', () => {
  expect(mistakesIn('generic', '{"secret":"hunter2"')).toEqual(['The body is not JSON.']);
});

describe('an alert is not lost for what is only shown', () => {
  type Odd = [AlertFormat, string, Record<string, string>, place: string, value: unknown];
  test.each<Odd>([
    ['azureMonitor', 'azureMonitor.log', {}, 'data.essentials.firedDateTime', 'yesterday'],
    ['azureMonitor', 'azureMonitor.log', {}, 'data.alertContext', 'nothing'],
    ['azureMonitor', 'azureMonitor.log', {}, 'data.customProperties', null],
    ['azureMonitor', 'azureMonitor.log', {}, 'data.essentials.configurationItems', undefined],
    ['azureMonitor', 'azureMonitor.log', {}, 'data.essentials.newField', { a: [1] }],
    ['alertmanager', 'alertmanager', {}, 'alerts.0.startsAt', '2018-02-30T00:00:00Z'],
    ['alertmanager', 'alertmanager', {}, 'alerts.0.annotations', null],
    ['alertmanager', 'alertmanager', {}, 'alerts.0.generatorURL', 7],
    ['alertmanager', 'alertmanager', {}, 'commonLabels', null],
    ['alertmanager', 'alertmanager', {}, 'alerts.0.newField', 7],
    ['grafana', 'grafana', {}, 'alerts.0.annotations.summary', 7],
    ['datadog', 'datadog', {}, 'date', 'today'],
    ['datadog', 'datadog', {}, 'link', null],
    ['datadog', 'datadog', {}, 'tags', undefined],
    ['pagerduty', 'pagerduty.incident', {}, 'event.data.title', null],
    ['pagerduty', 'pagerduty.incident', {}, 'event.data.priority', null],
    ['pagerduty', 'pagerduty.incident', {}, 'event.data.teams', null],
    ['sentry', 'sentry.eventAlert', event, 'data.event.tags', null],
    ['sentry', 'sentry.eventAlert', event, 'data.event.datetime', null],
    ['sentry', 'sentry.eventAlert', event, 'data.triggered_rule', null],
    ['sentry', 'sentry.metricAlert', metric, 'data.metric_alert.alert_rule', null],
    ['sentry', 'sentry.metricAlert', metric, 'data.description_title', undefined],
  ])('%s: %s %s %s', (format, file, headers, place, value) => {
    const [alert] = alertsIn(format, changed(fixture(file), place, value), headers);
    expect(alert).toMatchObject({ status: 'firing', title: expect.stringMatching(/\S/) });
    expect(alert?.startsAt.getTime()).not.toBeNaN();
  });
});

describe('a title is one line', () => {
  const titled = (title: string) =>
    alertsIn('generic', changed(fixture('generic'), 'data.title', title))[0]?.title;
  test.each([
    ['two\nlines\tof  it ', 'two lines of it'],
    ['a bell \u0007 and half a character \ud800', 'a bell and half a character \ufffd'],
    ['\u2028\n', 'An alert without a title'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(5_000), `${'x'.repeat(199)}…`],
    ['👋'.repeat(300), `${'👋'.repeat(199)}…`],
  ])('%j', (given, title) => {
    expect(titled(given)).toBe(title);
  });
});

describe('a link leads to a page, or is left out', () => {
  const linked = (url: string) =>
    alertsIn('alertmanager', changed(fixture('alertmanager'), 'alerts.0.generatorURL', url))[0];
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '/graph',
    '',
    `https://example.org/${'x'.repeat(3_000)}`,
  ])('%j is left out', (url) => {
    expect(linked(url)).not.toHaveProperty('url');
  });

  test('a page of http or https is kept', () => {
    expect(linked('HTTP://prometheus.example.org/graph')?.url).toBe('http://prometheus.example.org/graph');
  });
});
