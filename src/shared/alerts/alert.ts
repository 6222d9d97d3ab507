/** The senders whose alerts Rampart reads, each in its own words. The word stands in the route: `/api/alerts/{format}`. */
export const alertFormats = [
  /** Azure Monitor's common alert schema, from an action group's webhook. */
  'azureMonitor',
  /** The Prometheus Alertmanager's webhook, version 4. */
  'alertmanager',
  /** Grafana Alerting's webhook contact point. */
  'grafana',
  /** Datadog's webhook, with the payload that docs/alerts.md gives. */
  'datadog',
  /** PagerDuty's V3 webhook subscriptions. */
  'pagerduty',
  /** Sentry's integration platform: issue alerts, metric alerts and issues. */
  'sentry',
  /** Rampart's own, for everything else, signed after Standard Webhooks. */
  'generic',
] as const;
export type AlertFormat = (typeof alertFormats)[number];

/** What an alert says of itself. */
export const alertStatuses = [
  /** The condition holds. */
  'firing',
  /** The condition held, and no longer does. */
  'resolved',
] as const;
export type AlertStatus = (typeof alertStatuses)[number];

/** The labels by which policies match an alert: exact, case-sensitive, at most 28 000 characters as JSON. */
export type AlertLabels = Readonly<Record<string, string>>;

/** One alert, whoever sent it. */
export type Alert = {
  /** The name that RAMPART_ALERT_SENDERS gives to whoever sent it. */
  readonly sender: string;
  readonly format: AlertFormat;
  /**
   * The sender's own identity of the alert: repeats carry the same one, and so does the resolved alert. Unique for one
   * sender. Up to 500 characters of any kind, slashes included.
   */
  readonly fingerprint: string;
  readonly status: AlertStatus;
  /** One line to show, up to 200 characters. */
  readonly title: string;
  readonly labels: AlertLabels;
  /** Since when it fires, by the sender's clock; the time of arrival where the sender does not say. */
  readonly startsAt: Date;
  /** Nobody says since when: `startsAt` is the time of this message, and another one in each repeat. */
  readonly startUnknown?: true;
  /** Where people can look at it: http or https. */
  readonly url?: string;
};

/** The format that a route's word names; people write `azure-monitor` as well. */
export const alertFormatOf = (word: string): AlertFormat | undefined => {
  const plain = (text: string) => text.replaceAll('-', '').toLowerCase();
  return alertFormats.find((format) => plain(format) === plain(word));
};
