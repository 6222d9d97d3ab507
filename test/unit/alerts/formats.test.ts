import { describe, expect, test } from 'vitest';
import {
  type Alert,
  type AlertFormat,
  alertFormatOf,
  alertFormats,
} from '../../../src/shared/alerts/alert.ts';
import { alertsIn, changed, fixture, now } from './senders.fixture.ts';

const subscription = '/subscriptions/00000000-0000-0000-0000-000000000001';

type Read = Omit<Alert, 'sender' | 'format'>;
type Example = [file: string, format: AlertFormat, headers: Record<string, string>, alerts: Read[]];

describe('what the senders document is read', () => {
  test.each<Example>([
    [
      'azureMonitor.metric',
      'azureMonitor',
      {},
      [
        {
          fingerprint: `${subscription}/providers/microsoft.alertsmanagement/alerts/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e`,
          status: 'resolved',
          title: 'WCUS-R2-Gen2',
          labels: {
            alertRule: 'WCUS-R2-Gen2',
            severity: 'Sev3',
            signalType: 'Metric',
            monitoringService: 'Platform',
            alertTargetIDs: `${subscription}/resourcegroups/alerts/providers/microsoft.compute/virtualmachines/wcus-r2-gen2`,
            configurationItems: 'wcus-r2-gen2',
            ResourceId: 'a0a0a0a0-bbbb-cccc-dddd-e1e1e1e1e1e1',
            Key1: 'Value1',
            Key2: 'Value2',
          },
          startsAt: new Date('2019-03-22T13:58:24.371Z'),
        },
      ],
    ],
    [
      'azureMonitor.log',
      'azureMonitor',
      {},
      [
        {
          fingerprint: `${subscription}/providers/microsoft.alertsmanagement/alerts/eeeeeeee-4444-5555-6666-ffffffffffff`,
          status: 'firing',
          title: 'test-logAlertRule-v2',
          labels: {
            alertRule: 'test-logAlertRule-v2',
            severity: 'Sev4',
            signalType: 'Log',
            monitoringService: 'Log Alerts V2',
            alertTargetIDs: `${subscription}/resourcegroups/test-RG/providers/microsoft.operationalinsights/workspaces/test-logAnalyticsWorkspace`,
            configurationItems: 'another-computer,test-computer',
            'configurationItems:another-computer': 'true',
            'configurationItems:test-computer': 'true',
            Computer: 'test-computer',
            customKey1: 'value1',
            customKey2: 'value2',
            application: '9NBLGGH4R315',
          },
          startsAt: new Date('2025-04-15T18:08:03.626Z'),
        },
      ],
    ],
    [
      'azureMonitor.serviceHealth',
      'azureMonitor',
      {},
      [
        {
          fingerprint: `${subscription}/providers/microsoft.alertsmanagement/alerts/1234abcd5678efgh1234abcd5678efgh`,
          status: 'firing',
          title: 'test-ServiceHealthAlertRule',
          labels: {
            alertRule: 'test-ServiceHealthAlertRule',
            severity: 'Sev4',
            signalType: 'ActivityLog',
            monitoringService: 'ServiceHealth',
            alertTargetIDs: subscription,
            title: 'TestActionGroup-TestServiceHealthAlert',
            region: 'Global',
            stage: 'Resolved',
          },
          startsAt: new Date('2025-04-15T18:20:36.256Z'),
        },
      ],
    ],
    [
      'alertmanager',
      'alertmanager',
      {},
      [
        {
          fingerprint: '1a30ba71cca2921f',
          status: 'firing',
          title: 'Errors: https://server.example.org',
          labels: {
            alertname: 'HighErrorRate',
            instance: 'https://server.example.org',
            job: 'http_checks',
            severity: 'critical',
          },
          startsAt: new Date('2018-08-03T07:52:26.739Z'),
          url: 'http://prometheus.example.org:9090/graph?g0.expr=errors+%3E+0.05&g0.tab=1',
        },
        {
          fingerprint: '8e4ecf4a2a7bd5a6',
          status: 'resolved',
          title: 'HighErrorRate',
          labels: {
            alertname: 'HighErrorRate',
            instance: 'https://other.example.org',
            job: 'http_checks',
            severity: 'critical',
          },
          startsAt: new Date('2018-08-03T07:40:26.700Z'),
        },
      ],
    ],
    [
      'grafana',
      'grafana',
      {},
      [
        {
          fingerprint: 'c6eadffa33fcdf37',
          status: 'firing',
          title: 'This alert was triggered for zone us-1',
          labels: { alertname: 'High memory usage', team: 'blue', zone: 'us-1' },
          startsAt: new Date('2021-10-12T07:51:03.157Z'),
          url: 'https://play.grafana.org/alerting/1afz29v7z/edit',
        },
        {
          fingerprint: 'bc97ff14869b13e3',
          status: 'resolved',
          title: 'The system has high CPU usage',
          labels: { alertname: 'High CPU usage', team: 'blue', zone: 'eu-1' },
          startsAt: new Date('2021-10-12T07:56:03.157Z'),
          url: 'https://play.grafana.org/alerting/d1rdpdv7k/edit',
        },
      ],
    ],
    [
      'datadog',
      'datadog',
      {},
      [
        {
          fingerprint: '1234/7716548234011234567/availability-zone:us-east-1a,role:computing-node',
          status: 'firing',
          title: '[Triggered on {host:ip-012345}] Host is Down',
          labels: {
            monitorId: '1234',
            transition: 'Triggered',
            priority: 'P1',
            alertType: 'error',
            metric: 'system.load.1',
            monitor: 'true',
            name: 'myService',
            role: 'computing-node,database',
            'role:computing-node': 'true',
            'role:database': 'true',
            'availability-zone': 'us-east-1a',
          },
          startsAt: new Date('2014-07-29T19:37:52Z'),
          startUnknown: true,
          url: 'https://app.datadoghq.com/event/jump_to?event_id=123456',
        },
      ],
    ],
    [
      'pagerduty.incident',
      'pagerduty',
      {},
      [
        {
          fingerprint: 'PGR0VU2',
          status: 'firing',
          title: 'A little bump in the road',
          labels: {
            service: 'API Service',
            serviceId: 'PF9KMXH',
            urgency: 'high',
            priority: 'P1',
            escalationPolicy: 'Default',
            team: 'Engineering',
          },
          startsAt: new Date('2020-10-02T18:45:20Z'),
          url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
        },
      ],
    ],
    ['pagerduty.note', 'pagerduty', {}, []],
    [
      'sentry.eventAlert',
      'sentry',
      { 'sentry-hook-resource': 'event_alert' },
      [
        {
          fingerprint: 'issue/1117540176',
          status: 'firing',
          title: 'ReferenceError: heck is not defined',
          labels: {
            resource: 'event_alert',
            rule: 'Very Important Alert Rule!',
            project: 'front-end',
            projectId: '1',
            level: 'error',
            platform: 'javascript',
            browser: 'Chrome 75.0.3770',
            'browser.name': 'Chrome',
            handled: 'no',
            os: 'Mac OS X 10.14.0',
            user: 'ip:192.0.2.1',
          },
          startsAt: new Date('2019-08-19T21:06:17.677Z'),
          startUnknown: true,
          url: 'https://sentry.io/organizations/test-org/issues/1117540176/events/e4874d664c3540c1a32eab185f12c5ab/',
        },
      ],
    ],
    [
      'sentry.metricAlert',
      'sentry',
      { 'sentry-hook-resource': 'metric_alert' },
      [
        {
          fingerprint: 'metric_alert/4',
          status: 'firing',
          title: 'Critical: Too many errors',
          labels: {
            resource: 'metric_alert',
            rule: 'Too many errors',
            level: 'critical',
            project: 'bar',
          },
          startsAt: new Date('2020-09-13T12:26:40Z'),
          url: 'https://sentry.io/organizations/baz/alerts/1/',
        },
      ],
    ],
    [
      'sentry.issue',
      'sentry',
      { 'sentry-hook-resource': 'issue' },
      [
        {
          fingerprint: 'issue/1117540176',
          status: 'resolved',
          title: 'ReferenceError: heck is not defined',
          labels: {
            resource: 'issue',
            project: 'front-end',
            projectId: '1',
            level: 'error',
            platform: 'javascript',
          },
          startsAt: new Date('2019-08-19T20:58:37.391Z'),
        },
      ],
    ],
    [
      'generic',
      'generic',
      {},
      [
        {
          fingerprint: 'checkout-errors',
          status: 'firing',
          title: 'The checkout fails for one in ten',
          labels: { application: '9NBLGGH4R315', severity: 'critical' },
          startsAt: new Date('2026-02-03T08:58:00Z'),
          url: 'https://status.example/checkout',
        },
      ],
    ],
  ])('%s', (file, format, headers, alerts) => {
    expect(alertsIn(format, fixture(file), headers)).toEqual(
      alerts.map((alert) => ({ sender: 'ops', format, ...alert })),
    );
  });
});

describe('the resolved alert is the one that fired', () => {
  type Way = [AlertFormat, string, Record<string, string>, ...(readonly [place: string, value: unknown])[]];
  const event = { 'sentry-hook-resource': 'event_alert' };
  const metric = { 'sentry-hook-resource': 'metric_alert' };
  test.each<Way>([
    ['azureMonitor', 'azureMonitor.log', {}, ['data.essentials.monitorCondition', 'Resolved']],
    [
      'azureMonitor',
      'azureMonitor.log',
      {},
      ['data.essentials.monitorCondition', 'Resolved'],
      [
        'data.essentials.alertId',
        `${subscription}/providers/microsoft.alertsmanagement/ALERTS/eeeeeeee-4444-5555-6666-ffffffffffff`,
      ],
    ],
    ['alertmanager', 'alertmanager', {}, ['alerts.0.status', 'resolved']],
    ['grafana', 'grafana', {}, ['alerts.0.status', 'resolved']],
    [
      'datadog',
      'datadog',
      {},
      ['transition', 'Recovered'],
      ['date', '1406669999000'],
      ['scope', 'role:computing-node,availability-zone:us-east-1a'],
    ],
    [
      'pagerduty',
      'pagerduty.incident',
      {},
      ['event.event_type', 'incident.resolved'],
      ['event.data.status', 'resolved'],
    ],
    ['sentry', 'sentry.metricAlert', metric, ['action', 'resolved']],
    ['generic', 'generic', {}, ['type', 'alert.resolved']],
  ])('%s', (format, file, headers, ...changes) => {
    const firing = fixture(file);
    const resolved = changes.reduce((body, [place, value]) => changed(body, place, value), firing);
    const [before] = alertsIn(format, firing, headers);
    const [after] = alertsIn(format, resolved, headers);
    expect(before?.status).toBe('firing');
    expect(after).toMatchObject({ status: 'resolved', fingerprint: before?.fingerprint });
  });

  test('an issue alert of Sentry by the issue that is resolved', () => {
    const [fired] = alertsIn('sentry', fixture('sentry.eventAlert'), event);
    const [resolved] = alertsIn('sentry', fixture('sentry.issue'), { 'sentry-hook-resource': 'issue' });
    expect(resolved?.fingerprint).toBe(fired?.fingerprint);
  });
});

describe('another alert has another fingerprint', () => {
  test.each<[AlertFormat, string, string, unknown]>([
    ['azureMonitor', 'azureMonitor.log', 'data.essentials.alertId', '/subscriptions/x/alerts/y'],
    ['datadog', 'datadog', 'cycleKey', '7716548234011234568'],
    ['datadog', 'datadog', 'scope', 'role:database'],
    ['pagerduty', 'pagerduty.incident', 'event.data.id', 'PGR0VU3'],
    ['generic', 'generic', 'data.id', 'login-errors'],
    ['generic', 'generic', 'data.id', 'x'.repeat(500)],
  ])('%s', (format, file, place, value) => {
    const [one] = alertsIn(format, fixture(file));
    const [other] = alertsIn(format, changed(fixture(file), place, value));
    expect(other?.fingerprint).not.toBe(one?.fingerprint);
  });

  test('even where the sender’s own is too long to keep', () => {
    const place = 'data.essentials.alertId';
    const long = (end: string) => changed(fixture('azureMonitor.log'), place, `/${'x'.repeat(5_000)}/${end}`);
    const [one, again, other] = ['1', '1', '2'].map(
      (end) => alertsIn('azureMonitor', long(end))[0]?.fingerprint,
    );
    expect(one?.length).toBeLessThanOrEqual(500);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe('PagerDuty', () => {
  const incident = fixture('pagerduty.incident');
  const of = (type: string, status: string) =>
    alertsIn(
      'pagerduty',
      changed(changed(incident, 'event.event_type', type), 'event.data.status', status),
    )[0];

  test('goes on firing while somebody has it in hand', () => {
    expect(of('incident.acknowledged', 'acknowledged')?.status).toBe('firing');
  });

  test('fires again with its new priority, which may match what the old one did not', () => {
    const raised = changed(incident, 'event.data.priority.summary', 'P0');
    expect(alertsIn('pagerduty', raised)[0]).toMatchObject({
      fingerprint: 'PGR0VU2',
      labels: { priority: 'P0' },
    });
  });

  test('fires since it was reopened', () => {
    expect(of('incident.reopened', 'triggered')?.startsAt).toEqual(new Date('2020-10-02T18:45:22.169Z'));
  });

  test('has its custom fields as labels, which cannot play its service', () => {
    const fields = [
      { name: 'environment', value: 'production' },
      { name: 'region', value: ['US', 'EU'] },
      { name: 'service', value: 'Another Service' },
      { name: 7, value: 'nothing' },
    ];
    const [alert] = alertsIn('pagerduty', changed(incident, 'event.data.custom_fields', fields));
    expect(alert?.labels).toMatchObject({
      environment: 'production',
      region: 'EU,US',
      'region:EU': 'true',
      service: 'API Service',
    });
  });

  test('says nothing with a ping', () => {
    const ping = { event: { event_type: 'pagey.ping', data: { message: 'Hello', type: 'ping' } } };
    expect(alertsIn('pagerduty', JSON.stringify(ping))).toEqual([]);
  });
});

describe('Sentry', () => {
  const issue = (action: string) =>
    alertsIn('sentry', changed(fixture('sentry.issue'), 'action', action), {
      'sentry-hook-resource': 'issue',
    });

  test.each([
    ['created', '2019-08-19T20:58:37.391Z'],
    ['unresolved', '2019-08-19T21:06:17.677Z'],
  ])('fires with an issue that is %s', (action, since) => {
    expect(issue(action)).toMatchObject([{ status: 'firing', startsAt: new Date(since) }]);
  });

  test.each(['assigned', 'archived', 'ignored'])('says nothing with an issue that is %s', (action) => {
    expect(issue(action)).toEqual([]);
  });

  test.each(['installation', 'comment', 'error', 'seer'])('says nothing with the resource %s', (resource) => {
    expect(alertsIn('sentry', '{"data":{}}', { 'sentry-hook-resource': resource })).toEqual([]);
  });

  test('has the level of a metric alert as a label, so that a policy can wait for critical', () => {
    const warning = changed(fixture('sentry.metricAlert'), 'action', 'warning');
    const [alert] = alertsIn('sentry', warning, { 'sentry-hook-resource': 'metric_alert' });
    expect(alert).toMatchObject({ status: 'firing', labels: { level: 'warning' } });
  });

  test('does not let the tags of an event play its project, its rule or an environment it has not', () => {
    const tags = [
      ['project', 'payments'],
      ['rule', 'halt everything'],
      ['environment', 'production'],
      ['release', null],
      'odd',
      ['half'],
    ];
    const body = changed(fixture('sentry.eventAlert'), 'data.event.tags', tags);
    const [alert] = alertsIn('sentry', body, { 'sentry-hook-resource': 'event_alert' });
    expect(alert?.labels).toMatchObject({ project: 'front-end', rule: 'Very Important Alert Rule!' });
    expect(alert?.labels).not.toHaveProperty('environment');
  });
});

describe('Datadog', () => {
  test.each([
    ['Triggered', 'firing'],
    ['Re-Triggered', 'firing'],
    ['Warn', 'firing'],
    ['Re-Warn', 'firing'],
    ['No Data', 'firing'],
    ['Re-No Data', 'firing'],
    ['Renotify', 'firing'],
    ['Recovered', 'resolved'],
  ])('%s is %s', (transition, status) => {
    const body = changed(fixture('datadog'), 'transition', transition);
    expect(alertsIn('datadog', body)).toMatchObject([{ status, labels: { transition } }]);
  });

  test('leaves variables standing that it cannot fill: those are left out', () => {
    const body = JSON.stringify({
      monitorId: 1234,
      transition: 'Triggered',
      cycleKey: '$ALERT_CYCLE_KEY',
      title: '',
      priority: '$ALERT_PRIORITY',
      tags: '$TAGS',
      date: '$DATE',
      link: '$LINK',
    });
    expect(alertsIn('datadog', body)).toEqual([
      {
        sender: 'ops',
        format: 'datadog',
        fingerprint: '1234//',
        status: 'firing',
        title: 'Datadog monitor 1234',
        labels: { monitorId: '1234', transition: 'Triggered' },
        startsAt: new Date(now),
        startUnknown: true,
      },
    ]);
  });
});

test('an alert of Alertmanager outranks what its group has in common', () => {
  const body = changed(fixture('alertmanager'), 'commonLabels', { severity: 'warning', region: 'eu' });
  expect(alertsIn('alertmanager', body)[0]?.labels).toMatchObject({ severity: 'critical', region: 'eu' });
});

test('older log alerts of Azure Monitor name their dimensions beside the condition', () => {
  const body = changed(fixture('azureMonitor.log'), 'data.alertContext', {
    Dimensions: [{ name: 'IP', value: '192.0.2.1' }, 'odd', { name: 7 }],
  });
  expect(alertsIn('azureMonitor', body)[0]?.labels).toMatchObject({ IP: '192.0.2.1' });
});

test('a custom property of Azure Monitor cannot play its rule, nor a resource group it did not name', () => {
  const body = changed(fixture('azureMonitor.log'), 'data.customProperties', {
    alertRule: 'another',
    targetResourceGroup: 'another',
    alertTargetIDs: 'another',
  });
  const [alert] = alertsIn('azureMonitor', body);
  expect(alert?.labels).toMatchObject({ alertRule: 'test-logAlertRule-v2' });
  expect(alert?.labels).not.toHaveProperty('targetResourceGroup');
  expect(alert?.labels.alertTargetIDs).toContain('test-logAnalyticsWorkspace');
});

describe('the word of a route', () => {
  test.each([...alertFormats])('%s is the format', (format) => {
    expect(alertFormatOf(format)).toBe(format);
  });

  test.each<[string, AlertFormat | undefined]>([
    ['azure-monitor', 'azureMonitor'],
    ['AZUREMONITOR', 'azureMonitor'],
    ['PagerDuty', 'pagerduty'],
    ['constructor', undefined],
    ['', undefined],
    ['opsgenie', undefined],
  ])('%s is %s', (word, format) => {
    expect(alertFormatOf(word)).toBe(format);
  });
});
