import { linkAnswer } from '../../../src/shared/http/links/answers.ts';
import { type Link, readLink, writeLink } from '../../../src/shared/notify/link.ts';
import { followLink, showLink } from '../../../src/shared/usecases/notify/followLink.ts';
import { byNobody, currentDoing, doing } from '../engine/invocation.ts';
import type { Instance } from './instance.ts';
import { type HeldLink, Mailbox } from './mailbox.ts';
import { links } from './readers.ts';
import type { Subject } from './scene.ts';
import { idOf, minute, second, type World } from './world.ts';

const reason = 'The message asked for it.';

type Wants = (link: HeldLink) => boolean;
type Use = (token: string) => void;

/** People with links in their messages: they follow them at once and late, twice, and when they are of no use any more. */
export class LinkHolders {
  readonly #world: World;
  readonly #mailbox = new Mailbox();
  #waiting: readonly { readonly wants: Wants; readonly use: Use }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether somebody follows every link that asks for an approval. Where two have to approve, there are none. */
  attends({ name, policy }: Subject): boolean {
    return policy.approvers === 1 && this.#world.draws.chance(0.5, name, 'follows');
  }

  /** A message has come. */
  read(body: string): void {
    for (const link of this.#mailbox.take(body)) {
      const served = this.#waiting.filter(({ wants }) => wants(link));
      this.#waiting = this.#waiting.filter((each) => !served.includes(each));
      for (const { use } of served) use(link.token);
      if (link.action === 'approve') this.#attend(link);
    }
  }

  follow(subject: Subject, action: HeldLink['action'], at: string): void {
    this.#withLink(subject, action, (token) => this.#follow(token, at));
  }

  /** By then the rollout has gone on, as a rule. */
  followLate(subject: Subject, at: string): void {
    const { clockwork, draws } = this.#world;
    const afterMs = draws.between(20 * minute, 60 * minute, at, 'late');
    this.#withLink(subject, 'any', (token) =>
      clockwork.after(afterMs, undefined, () => this.#follow(token, at)),
    );
  }

  /** The link of a message that has lain for days. */
  followExpired(subject: Subject, at: string): void {
    const { clockwork, draws } = this.#world;
    const agoMs = draws.between(2 * second, 10 * minute, at, 'ago');
    this.#withLink(subject, 'any', (token) => {
      const link = readLink(token, links.key);
      const expires = Math.floor((clockwork.now() - agoMs) / second);
      if (link) this.#follow(writeLink({ ...link, expires }, links.key), at);
    });
  }

  /** What somebody makes a habit of is nobody's deed. */
  #attend({ rolloutId, token }: HeldLink): void {
    const { clockwork, draws, subjects } = this.#world;
    if (!subjects.some((subject) => idOf(subject) === rolloutId && this.attends(subject))) return;
    const at = `link ${rolloutId} ${clockwork.now()}`;
    const afterMs = draws.between(0, 10 * minute, at, 'after');
    byNobody(() => clockwork.after(afterMs, undefined, () => this.#follow(token, at)));
  }

  /** The last link to this that came, or the next one if none has: people wait for it. */
  #withLink(subject: Subject, action: HeldLink['action'] | 'any', use: Use): void {
    const rolloutId = idOf(subject);
    const wants: Wants = (link) =>
      link.rolloutId === rolloutId && (action === 'any' || link.action === action);
    const by = currentDoing();
    const last = this.#mailbox.last(wants);
    if (last) use(last.token);
    else
      this.#waiting = [...this.#waiting, { wants, use: by ? (token) => doing(by, () => use(token)) : use }];
  }

  /** Sometimes two press at once, and sometimes somebody presses again; and what previews links sees it, too. */
  #follow(token: string, at: string): void {
    const { clockwork, draws } = this.#world;
    if (draws.chance(0.3, at, 'previewed')) this.#visit('showLink', token, `${at} previewed`);
    this.#visit('followLink', token, at);
    if (draws.chance(0.4, at, 'two')) this.#visit('followLink', token, `${at} two`);
    if (draws.chance(0.4, at, 'again'))
      clockwork.after(draws.between(0, 40 * second, at, 'again after'), undefined, () =>
        this.#visit('followLink', token, `${at} again`),
      );
  }

  #visit(name: keyof typeof functions, token: string, at: string): void {
    const { platform, onLink } = this.#world;
    const instance = platform.anyInstance(at);
    const link: Link | undefined = readLink(token, links.key);
    if (!instance || !link) return;
    platform.invoke(name, instance, () => {
      onLink(link);
      return functions[name](instance, token);
    });
  }
}

/** What the functions of these names do once they have read the body. */
const functions = {
  showLink: async ({ ports }: Instance, token: string) => linkAnswer(await showLink(ports, token)),
  followLink: async ({ ports, log }: Instance, token: string) =>
    linkAnswer(await followLink(ports, token, reason, log)),
};
