import type { Principal } from '../../../src/shared/access/principal.ts';
import { Refusal } from '../../simulator/errors.ts';
import { act, type PortalAction } from '../../simulator/partnerCenter.ts';
import type { Deed } from '../engine/disturbance.ts';
import { LinkHolders } from './linkHolders.ts';
import { Programs } from './programs.ts';
import type { Subject } from './scene.ts';
import { approvers, giveCommand, type Said, staff } from './staff.ts';
import { attendedMs, idOf, minute, second, type World } from './world.ts';

const reason = 'Somebody said so.';
const approval: Said = { kind: 'approve', reason };

/** The people around Rampart, and the publisher's own programs: what they do, they do through the app or the website. */
export class People {
  readonly #world: World;
  readonly #programs: Programs;
  readonly #linkHolders: LinkHolders;

  constructor(world: World) {
    this.#world = world;
    this.#programs = new Programs(world);
    this.#linkHolders = new LinkHolders(world);
    for (const subject of world.subjects)
      if (subject.policy.steps.some((step) => step.approval) && !this.#linkHolders.attends(subject))
        this.#lookAfter(subject);
  }

  /** A message has come to them. */
  read(body: string): void {
    this.#linkHolders.read(body);
  }

  /** Does what the schedule says, at this very moment. */
  act(deed: Deed, at: string): void {
    const subject = this.#world.subjects[deed.rollout % Math.max(1, this.#world.subjects.length)];
    if (!subject) return;
    const say = (said: Said) => this.#command(subject, said, this.#anyOf(staff, at), at);
    switch (deed.kind) {
      case 'halt':
      case 'finalize':
        this.#insist(subject, { kind: deed.kind, reason }, this.#anyOf(staff, at), at);
        break;
      case 'resume':
      case 'pause':
      case 'acknowledge':
        say({ kind: deed.kind, reason });
        break;
      case 'shortPause':
        say({ kind: 'pause', until: this.#in(15 * minute), owner: 'Ada', reason });
        break;
      case 'approve':
        this.#approve(subject, at);
        break;
      case 'linkApproves':
        this.#linkHolders.follow(subject, 'approve', at);
        break;
      case 'linkHalts':
        this.#linkHolders.follow(subject, 'halt', at);
        break;
      case 'linkLate':
        this.#linkHolders.followLate(subject, at);
        break;
      case 'linkExpired':
        this.#linkHolders.followExpired(subject, at);
        break;
      case 'cap':
        say({ kind: 'cap', percentage: deed.percentage, reason });
        break;
      case 'uncap':
        say({ kind: 'cap', percentage: null, reason });
        break;
      case 'alertHalts':
        this.#programs.alert(subject, 'critical', 'firing', at);
        break;
      case 'alertHolds':
        this.#programs.alert(subject, 'warning', 'firing', at);
        break;
      case 'alertResolved':
        this.#programs.alert(subject, 'warning', 'resolved', at);
        break;
      case 'restart':
        this.#programs.start(subject, at);
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
        this.#programs.start({ ...subject, submissionId: this.#published(subject) }, at);
    }
  }

  /** Whoever sees nothing happen presses again. */
  #insist(subject: Subject, said: Said, who: Principal, at: string): void {
    const { clockwork, draws } = this.#world;
    this.#command(subject, said, who, at);
    if (draws.chance(0.4, at, 'again'))
      clockwork.after(draws.between(0, 40 * second, at, 'again after'), undefined, () =>
        this.#command(subject, said, who, `${at} again`),
      );
  }

  /** A policy may ask for two: sometimes another one follows, and sometimes the same one presses twice. */
  #approve(subject: Subject, at: string): void {
    const { clockwork, draws } = this.#world;
    this.#insist(subject, approval, this.#anyOf(approvers, at), at);
    if (draws.chance(0.5, at, 'too'))
      clockwork.after(draws.between(0, 5 * minute, at, 'too after'), undefined, () =>
        this.#command(subject, approval, this.#anyOf(approvers, `${at} too`), `${at} too`),
      );
  }

  /** Nobody, one or two approve from time to time, whether or not they have before. */
  #lookAfter(subject: Subject): void {
    const { draws } = this.#world;
    const many = draws.whole(0, approvers.length, subject.name, 'looked after');
    for (const who of approvers.slice(0, many)) {
      const everyMs = draws.between(12 * minute, 30 * minute, subject.name, who.who.by ?? '');
      this.#approveEvery(everyMs, subject, who, 1);
    }
  }

  #approveEvery(everyMs: number, subject: Subject, who: Principal, count: number): void {
    if (count * everyMs > attendedMs) return;
    this.#world.clockwork.after(everyMs, undefined, () => {
      this.#command(subject, approval, who, `${subject.name} by ${who.who.by} ${count}`);
      this.#approveEvery(everyMs, subject, who, count + 1);
    });
  }

  #command(subject: Subject, said: Said, who: Principal, at: string): void {
    const instance = this.#world.platform.anyInstance(at);
    if (!instance) return;
    this.#world.platform.invoke(`${said.kind}Rollout`, instance, () =>
      giveCommand(instance, who, idOf(subject), said),
    );
  }

  #anyOf(people: readonly [Principal, ...Principal[]], at: string): Principal {
    return this.#world.draws.pick(people, at, 'who');
  }

  #in(ms: number): Date {
    return new Date(this.#world.clockwork.now() + ms);
  }

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
