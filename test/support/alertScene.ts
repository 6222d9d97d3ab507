import { z } from 'zod';
import type { AlertFormat, AlertStatus } from '../../src/shared/alerts/alert.ts';
import { type AlertRequest, alertRequest, alertSenders, labelOf } from './alertSenders.ts';
import { openScene, type Scene } from './scene.ts';

/** The settings of an app that takes alerts of every format. */
export const alertSettings = {
  RAMPART_ALERT_SENDERS: alertSenders,
  RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
};

const answerSchema = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      title: z.string(),
      rollouts: z.array(z.object({ id: z.string(), outcome: z.string(), sentence: z.string() })),
      remarks: z.array(z.string()),
    }),
  ),
});
type Answer = { readonly status: number } & z.output<typeof answerSchema>;

const listSchema = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      count: z.number(),
      matched: z.boolean(),
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      remarks: z.array(z.string()),
    }),
  ),
});
type Kept = z.output<typeof listSchema>['items'];

/** The whole app, and the publisher's monitoring. */
export interface AlertScene extends Scene {
  /** Ends what was ramped, so that what comes next is all that is active. */
  endAll(): Promise<void>;
  /** A request of a sender, with more in its query; where it is refused, there are no alerts. */
  post(request: AlertRequest, more?: string): Promise<Answer>;
  /** The alerts that are kept, the one that came last first. */
  list(query?: string): Promise<Kept>;
  /** Those of them that say this key. */
  alertsKept(key: string, query?: string): Promise<Kept>;
  /** Who gave a rollout which commands, in their order. */
  commandsIn(id: string): Promise<string[]>;
}

export async function openAlertScene(): Promise<AlertScene> {
  const scene = await openScene(alertSettings);
  const { api } = scene;
  const begun: string[] = [];
  const list = async (query = ''): Promise<Kept> => {
    const { status, body } = await api.send('GET', `alerts?pageSize=200${query}`);
    if (status !== 200) throw new Error(`The list of alerts answered ${status}.`);
    return listSchema.parse(body).items;
  };
  return {
    ...scene,
    list,
    async ramp(...args) {
      const ramping = await scene.ramp(...args);
      begun.push(ramping.id);
      return ramping;
    },
    async endAll() {
      for (const id of begun.splice(0))
        await api.send('POST', `rollouts/${id}/halt`, { reason: 'the test is over' });
    },
    async post({ path, headers, body }, more = '') {
      const query = more === '' ? '' : `${path.includes('?') ? '&' : '?'}${more}`;
      const { status, body: answer } = await api.send('POST', `${path}${query}`, body, headers);
      return { status, ...(status < 300 ? answerSchema.parse(answer) : { alerts: [] }) };
    },
    alertsKept: async (key, query) =>
      (await list(query)).filter(({ labels }) => Object.values(labels).includes(key)),
    async commandsIn(id) {
      return (await api.journal(id))
        .filter(({ kind }) => kind === 'command' || kind === 'alert')
        .map(({ actor, subject }) => `${actor} ${subject}`);
    },
  };
}

/** One alert as one sender of a format says it. */
export const say = (format: AlertFormat, status: AlertStatus, key: string, at = Date.now()): AlertRequest =>
  alertRequest(format, { status, key, at });

/** A policy that matches the alerts of a format that say this key. */
export const matching = (format: AlertFormat, key: string, what: 'halt' | 'hold') => ({
  alerts: [{ match: { [labelOf[format]]: key }, do: what }],
});
