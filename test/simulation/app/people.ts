import type { Alert } from '../../../src/shared/alerts/alert.ts';
import type { Command } from '../../../src/shared/rollout/command.ts';
import { commandRollout } from '../../../src/shared/usecases/commandRollout.ts';
import { pushSamples } from '../../../src/shared/usecases/pushSamples.ts';
import { receiveAlerts } from '../../../src/shared/usecases/receiveAlerts.ts';
import { startRollout } from '../../../src/shared/usecases/startRollout.ts';
import { Refusal } from '../../simulator/errors.ts';
import { act, type PortalAction } from '../../simulator/partnerCenter.ts';
import type { Clockwork } from '../engine/clockwork.ts';
import type { Deed } from '../engine/disturbance.ts';
import type { Draws } from '../engine/draws.ts';
import type { Platform } from './platform.ts';
import type { Subject } from './scene.ts';
import type { Services } from './services.ts';

export const idOf = ({ applicationId, flightId, submissionId }: Subject): string =>
  `${applicationId}.${flightId ?? 'production'}.${submissionId}`;

type World = {
  readonly clockwork: Clockwork;
  readonly draws: Draws;
  readonly platform: Platform;
  readonly services: Services;
  readonly subjects: readonly Subject[];
  /** Somebody changed the Store behind Rampart's back. */
  readonly onPortal: (subject: Subject, deed: Deed) => void;
};

const second = 1_000;
const minute = 60 * second;
const pushEveryMs = 10 * minute;

/** The people around Rampart, and the publisher's own programs: what they do, they do through the app or the website. */
export class People {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const subject of world.subjects) {
      world.clockwork.after(subject.startsAfterMs, undefined, () => this.#start(subject, 'start'));
      world.clockwork.after(subject.startsAfterMs + minute, undefined, () => this.#push(subject, 0));
    }
  }

  /** Does what the schedule says, at this very moment. */
  act(deed: Deed, at: string): void {
    const subject = this.#world.subjects[deed.rollout % Math.max(1, this.#world.subjects.length)];
    if (!subject) return;
    switch (deed.kind) {
      case 'halt':
      case 'finalize':
        this.#insist(subject, { kind: deed.kind, ...said }, at);
        break;
      case 'resume':
      case 'pause':
      case 'acknowledge':
        this.#command(subject, { kind: deed.kind, ...said }, at);
        break;
      case 'shortPause':
        this.#command(subject, { kind: 'pause', until: this.#in(15 * minute), owner: 'Ada', ...said }, at);
        break;
      case 'approve':
        // Two people, so that a policy may ask for both.
        this.#command(subject, { kind: 'approve', ...said }, at);
        this.#command(
          subject,
          { kind: 'approve', ...said, who: { actor: 'person', by: 'Grace' } },
          `${at} too`,
        );
        break;
      case 'alertHalts':
        this.#alert(subject, 'critical', 'firing', at);
        break;
      case 'alertHolds':
        this.#alert(subject, 'warning', 'firing', at);
        break;
      case 'alertResolved':
        this.#alert(subject, 'warning', 'resolved', at);
        break;
      case 'cap':
        this.#command(subject, { kind: 'cap', percentage: deed.percentage, ...said }, at);
        break;
      case 'uncap':
        this.#command(subject, { kind: 'cap', percentage: null, ...said }, at);
        break;
      case 'restart':
        this.#start(subject, at);
        break;
      case 'harm':
        subject.telemetry = 'bad';
        break;
      case 'silence':
        subject.telemetry = 'silent';
        break;
      case 'portalHalt':
        this.#inPortal(subject, deed, 'halt', {});
        break;
      case 'portalFinalize':
        this.#inPortal(subject, deed, 'finalize', {});
        break;
      case 'portalPercentage':
        this.#inPortal(subject, deed, 'set-percentage', { percentage: deed.percentage });
        break;
      case 'portalReplace':
        this.#inPortal(subject, deed, 'replace-submission', {
          packageVersion: '3.0.0.0',
          rolloutPercentage: 10,
        });
        this.#start({ ...subject, submissionId: this.#published(subject) }, at);
    }
  }

  /** Whoever sees nothing happen presses again. */
  #insist(subject: Subject, command: Command, at: string): void {
    const { clockwork, draws } = this.#world;
    this.#command(subject, command, at);
    if (draws.chance(0.4, at, 'again'))
      clockwork.after(draws.between(0, 40 * second, at, 'again after'), undefined, () =>
        this.#command(subject, command, `${at} again`),
      );
  }

  #command(subject: Subject, command: Command, at: string): void {
    const instance = this.#world.platform.anyInstance(at);
    if (!instance) return;
    const { platform } = this.#world;
    platform.invoke(`${command.kind}Rollout`, instance, () =>
      commandRollout(instance.ports, idOf(subject), command, instance.log),
    );
  }

  #in(ms: number): Date {
    return new Date(this.#world.clockwork.now() + ms);
  }

  /** Monitoring sends an alert again until it is taken. */
  #alert(subject: Subject, severity: string, status: Alert['status'], at: string): void {
    const { platform, clockwork } = this.#world;
    const again = () =>
      clockwork.after(30 * second, undefined, () => this.#alert(subject, severity, status, `${at} again`));
    const instance = platform.anyInstance(at);
    if (!instance) {
      again();
      return;
    }
    const alert: Alert = {
      ...{ sender: 'monitor', format: 'generic', status, title: `${severity} of ${subject.name}` },
      ...{ fingerprint: `${severity} ${subject.name}`, labels: { subject: subject.name, severity } },
      startsAt: this.#in(0),
    };
    platform.invoke(
      'receiveAlerts',
      instance,
      () => receiveAlerts(instance.ports, [alert], undefined, instance.log),
      (outcome) => {
        if ('error' in outcome || isUnavailable(outcome.value)) again();
      },
    );
  }

  /** A publisher's pipeline tries again until it is told that the rollout is there. */
  #start(subject: Subject, at: string): void {
    const { platform, clockwork } = this.#world;
    const again = () => clockwork.after(20 * second, undefined, () => this.#start(subject, `${at} again`));
    const instance = platform.anyInstance(`${at} ${idOf(subject)}`);
    if (!instance) {
      again();
      return;
    }
    const { publisher, applicationId, flightId, submissionId, policy } = subject;
    const request = { publisher, applicationId, flightId, submissionId, policy };
    platform.invoke(
      'startRollout',
      instance,
      () => startRollout(instance.ports, request, said.who, instance.log),
      (outcome) => {
        if ('error' in outcome && isTransient(outcome.error)) again();
      },
    );
  }

  #push(subject: Subject, count: number): void {
    const { clockwork, platform } = this.#world;
    if (count * pushEveryMs > 6 * 60 * minute) return;
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

  readonly #began = Date.UTC(2027, 0, 4, 8);

  #inPortal(subject: Subject, deed: Deed, action: PortalAction, input: object): void {
    const { applicationId, flightId } = subject;
    const place = { applicationId, ...(flightId !== undefined && { flightId }) };
    try {
      this.#world.services.store.change((state, now) => act(state, action, { ...place, ...input }, now));
      this.#world.onPortal(subject, deed);
    } catch (error) {
      // The website does not offer it now.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #published({ applicationId, flightId, submissionId }: Subject): string {
    const tracks = Object.values(this.#world.services.store.read().tracks);
    const track = tracks.find(({ ref }) => ref.applicationId === applicationId && ref.flightId === flightId);
    return track?.lastPublishedId ?? submissionId;
  }
}

const said = { reason: 'Somebody said so.', who: { actor: 'person', by: 'Ada' } } as const;

/** What the route answers with 503: some of it could not be written down. */
const isUnavailable = (received: unknown): boolean =>
  JSON.stringify(received).includes('"outcome":"unavailable"');

/** What goes away by itself, as the caller sees it: the app says so, or fails. */
const isTransient = (error: unknown): boolean =>
  !(error instanceof Error) ||
  !['ConflictError', 'UnsuitableSubmissionError', 'InvalidInputError'].includes(error.name);
