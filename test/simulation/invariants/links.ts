import type { Link } from '../../../src/shared/notify/link.ts';
import type { Invocation } from '../engine/invocation.ts';
import { mostSkewMs } from '../engine/runtime.ts';
import { type Entry, type Invariant, Violation, type Write } from '../facts.ts';
import type { Kept, Written } from '../memory/rows.ts';

const name = 'L';

/** Somebody who follows a link, or only looks at it. */
type Visit = { readonly link: Link; readonly mayAct: boolean };

/**
 * A link does what it says once. Its use is a row: whoever has written it may give the link's command, and nobody else may.
 * An approval is that of the step it was sent for, and there is never a second one. A halt is asked for again by whoever
 * has not seen that it is written, which by design tries it again. Who is told that nothing was done has done nothing.
 */
export function linksWorkOnce(): Invariant {
  const visits = new Map<Invocation, Visit>();
  const holders = new Map<string, Invocation>();
  const done = new Map<Invocation, Link>();

  function used({ before, after }: Written, by: Invocation | undefined): void {
    const row = after ?? before;
    if (!row) return;
    const { rowKey } = row;
    if (before && after) throw new Violation(name, `${rowKey} was written over.`);
    if (!by || !visits.get(by)?.mayAct)
      throw new Violation(name, `${rowKey} was changed by nobody who may use it.`);
    if (before && holders.get(rowKey) !== by)
      throw new Violation(name, `${rowKey} was given back by somebody who has not taken it.`);
    if (after) holders.set(rowKey, by);
    else holders.delete(rowKey);
  }

  const holds = (by: Invocation): boolean => [...holders.values()].includes(by);

  function wrote({ of, step, before, invocation }: Write): void {
    const visit = invocation && visits.get(invocation);
    if (visit && !visit.mayAct)
      throw new Violation(name, `${of.id} was changed by a link that has expired, or was only looked at.`);
    for (const entry of of.journal.filter((each) => each.step === step && isOfLink(each))) {
      if (!invocation || visit?.link.rolloutId !== of.id || visit.link.action !== entry.subject)
        throw new Violation(name, `${of.id}: nobody has followed the link that gave a ${entry.subject}.`);
      if (!holds(invocation))
        throw new Violation(name, `${of.id}: a ${entry.subject} was given without the use of its link.`);
      const { link } = visit;
      if (link.approves) approved(link, before);
      done.set(invocation, link);
    }
  }

  function approved(link: Link, before: Kept | undefined): void {
    if (stepIn(before) !== stepOf(link))
      throw new Violation(name, `${link.rolloutId}: a link approved another step than its own.`);
    if ([...done.values()].some((other) => sameStep(other, link)))
      throw new Violation(name, `${link.rolloutId}: links approved one step twice.`);
  }

  return {
    name,
    sentence: 'A link does once what it was sent for, and nothing when it has expired.',
    visited: (by, link) => {
      const mayAct = by.name === 'followLink' && by.beganAt - mostSkewMs < link.expires * 1_000;
      visits.set(by, { link, mayAct });
    },
    used,
    wrote,
    linkAnswered: (by, text) => {
      if (text.includes('Nothing was done') && done.has(by))
        throw new Violation(
          name,
          `${done.get(by)?.rolloutId}: people are told that nothing was done, and it was.`,
        );
    },
  };
}

const isOfLink = ({ kind, by }: Entry): boolean => kind === 'command' && by?.startsWith('link ') === true;

/** A step that is entered anew is another one. */
const stepOf = ({ approves }: Link): string => `${approves?.step} ${approves?.since}`;

const stepIn = (row: Kept | undefined): string =>
  `${row?.columns.step} ${Date.parse(String(row?.columns.stepSince))}`;

const sameStep = (one: Link, other: Link): boolean =>
  one.rolloutId === other.rolloutId && one.action === other.action && stepOf(one) === stepOf(other);
