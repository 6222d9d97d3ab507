import type { Alert } from '../../../src/shared/alerts/alert.ts';
import { statusOf } from '../../../src/shared/http/alertViews.ts';
import { problemOf } from '../../../src/shared/http/problem.ts';
import { receiveAlerts } from '../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { pushSamples } from '../../../src/shared/usecases/rollout/pushSamples.ts';
import { startRollout } from '../../../src/shared/usecases/rollout/startRollout.ts';
import type { Subject } from './scene.ts';
import { attendedMs, idOf, minute, second, type World } from './world.ts';

const pushEveryMs = 10 * minute;

/** The publisher's own programs: the pipeline that starts rollouts, the telemetry that comes in, and monitoring. */
export class Programs {
  readonly #world: World;
  readonly #began: number;

  constructor(world: World) {
    this.#world = world;
    this.#began = world.clockwork.now();
    for (const subject of world.subjects) {
      world.clockwork.after(subject.startsAfterMs, undefined, () => this.start(subject, 'start'));
      world.clockwork.after(subject.startsAfterMs + minute, undefined, () => this.#push(subject, 0));
    }
  }

  /** A pipeline tries again until it is told that the rollout is there, or cannot be. */
  start(subject: Subject, at: string): void {
    const { platform, clockwork } = this.#world;
    const again = () => clockwork.after(20 * second, undefined, () => this.start(subject, `${at} again`));
    const instance = platform.anyInstance(`${at} ${idOf(subject)}`);
    if (!instance) {
      again();
      return;
    }
    const { publisher, applicationId, flightId, submissionId, policy } = subject;
    const request = { publisher, applicationId, flightId, submissionId, policy };
    const pipeline = { actor: 'key', by: 'pipeline' } as const;
    platform.invoke(
      'startRollout',
      instance,
      () => startRollout(instance.ports, request, pipeline, instance.log),
      (outcome) => {
        if ('error' in outcome && problemOf(outcome.error).status >= 500) again();
      },
    );
  }

  /** Monitoring sends an alert again until it is taken. */
  alert(subject: Subject, severity: string, status: Alert['status'], at: string): void {
    const { platform, clockwork } = this.#world;
    const again = () =>
      clockwork.after(30 * second, undefined, () => this.alert(subject, severity, status, `${at} again`));
    const instance = platform.anyInstance(at);
    if (!instance) {
      again();
      return;
    }
    const alert: Alert = {
      ...{ sender: 'monitor', format: 'generic', status, title: `${severity} of ${subject.name}` },
      ...{ fingerprint: `${severity} ${subject.name}`, labels: { subject: subject.name, severity } },
      startsAt: new Date(clockwork.now()),
    };
    let answered: number | undefined;
    const receive = async () => {
      const received = await receiveAlerts(instance.ports, [alert], undefined, instance.log);
      answered = statusOf(received);
      return received;
    };
    platform.invoke('receiveAlerts', instance, receive, () => {
      if (answered === undefined || answered === 503) again();
    });
  }

  #push(subject: Subject, count: number): void {
    const { clockwork, platform } = this.#world;
    if (count * pushEveryMs > attendedMs) return;
    clockwork.after(pushEveryMs, undefined, () => this.#push(subject, count + 1));
    if (clockwork.now() - this.#began >= subject.turnsAfterMs && subject.telemetry === 'good')
      subject.telemetry = subject.turnsTo;
    const instance = platform.anyInstance(`${idOf(subject)} push ${count}`);
    if (subject.telemetry === 'silent' || !instance) return;
    const end = new Date(clockwork.now());
    const start = new Date(clockwork.now() - pushEveryMs);
    const failed = subject.telemetry === 'bad' ? 400 : 3;
    const sample = { signal: 'sessions', start, end, source: 'app', candidate: { failed, exposed: 1_000 } };
    platform.invoke('pushSamples', instance, () => pushSamples(instance.ports, idOf(subject), [sample]));
  }
}
