import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/shared/rollout/evidence.ts';
import { mostAlertHolds } from '../../../src/shared/rollout/holdCommands.ts';
import type { Observed } from '../../../src/shared/rollout/observed.ts';
import { receive } from '../../../src/shared/rollout/receive.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import type { Who } from '../../../src/shared/rollout/vocabulary.ts';
import { at, evidence, fresh, hour, inProgress, ramping } from '../../support/builders.ts';
import { accepted, alarm, grace, lines, look, ops, pipeline } from './people.fixture.ts';

/** What keeps a rollout where it is by somebody's word: pauses with an end, and alerts that fire. */

const minute = 60_000;
const reason = 'because';
const bad = [evidence('bad')];
const badHolds = [evidence('bad', { onBad: 'hold' })];

describe('a pause with an end', () => {
  type PauseWord = { until?: Date; owner?: string; who?: Who };
  const pause = (rollout: Rollout, change: PauseWord, now = at(0)) =>
    accepted(rollout, { kind: 'pause', reason, who: ops, ...change }, now);
  const until = at(7 * hour);
  const paused = pause(ramping(), { until, owner: 'grace' }).rollout;

  test('is kept with its end and its owner, and the journal says until when and who sees to it', () => {
    const { rollout, entries } = pause(ramping(), { until, owner: 'grace' });
    expect(rollout.pause).toEqual({ ...ops, reason, at: at(0), until, owner: 'grace' });
    expect(entries.map(({ sentence }) => sentence)).toEqual([
      'Paused until 2026-11-02 07:00 UTC, grace sees to it: because',
    ]);
    expect(rollout.decision?.sentence).toBe(
      'Paused at 5 % since 2026-11-02 00:00 UTC until 2026-11-02 07:00 UTC: because; grace sees to it',
    );
  });

  test.each<[string, PauseWord, string]>([
    ['an owner', { until }, 'Paused until 2026-11-02 07:00 UTC: because'],
    ['an end', { owner: 'grace' }, 'Paused, grace sees to it: because'],
    ['either', {}, 'because'],
  ])('without %s stands in the journal with what was said', (_, change, sentence) => {
    expect(pause(ramping(), change).entries).toMatchObject([{ subject: 'pause', sentence }]);
  });

  test('without an owner, or without an end, says no more than it knows', () => {
    expect(pause(ramping(), { until }).rollout.decision?.sentence).toMatch(
      / until 2026-11-02 07:00 UTC: because$/,
    );
    expect(pause(ramping(), { owner: 'grace' }).rollout.decision?.sentence).toMatch(
      /^Paused at 5 % since \S+ \S+ UTC: because; grace sees to it$/,
    );
  });

  test('that is overdue before the Store has published is told, again each hour, and is no reason to go on', () => {
    const unpublished = { kind: 'unpublished', status: 'Certification', problems: [] } as const;
    const waiting = pause(fresh(), { until }).rollout;
    const told = (now: Date, rollout = waiting) => look(rollout, now, { observed: unpublished });
    expect(told(at(7 * hour - 1)).decision).not.toHaveProperty('escalation');
    const first = told(until);
    expect(first.decision).toMatchObject({ kind: 'wait', escalation: { of: 'pause' } });
    expect(first.decision.sentence).toMatch(
      /^The Store is at Certification; .* The pause at 0 % was to end at /,
    );
    expect(told(at(8 * hour - 1), first.rollout).decision).not.toHaveProperty('escalation');
    expect(told(at(8 * hour), first.rollout).decision).toMatchObject({ escalation: { of: 'pause' } });
  });

  test.each<[string, Observed]>([
    ['the Store cannot be read', { kind: 'unreadable', cause: 'it is out of order' }],
    [
      'the Store has not begun the rollout',
      { kind: 'published', status: 'Published', rollout: { state: 'notStarted', percentage: 5 } },
    ],
  ])('that is overdue while %s is told', (_, observed) => {
    const { decision } = look(pause(ramping(), { until }).rollout, until, { observed });
    expect(decision).toMatchObject({ kind: 'wait', escalation: { of: 'pause' } });
    expect(decision.sentence).toMatch(/The pause at 5 % was to end at /);
  });

  test.each([
    ['now', 1],
    ['earlier', 0],
  ])('that would end %s is refused', (_, ms) => {
    expect(receive(ramping(), { kind: 'pause', reason, who: ops, until: at(ms) }, at(1))).toEqual({
      kind: 'refused',
      sentence: 'The pause would end before it begins: give a time to come.',
    });
  });

  test('holds until then, and is looked at when it ends', () => {
    expect(look(paused, at(6 * hour)).decision).toMatchObject({ kind: 'hold', reason: 'paused' });
    expect(look(paused, at(7 * hour - 3 * minute)).decision).toMatchObject({
      reason: 'paused',
      nextLookAt: until,
    });
    expect(look(paused, at(6 * hour)).decision).toMatchObject({ nextLookAt: at(6 * hour + 10 * minute) });
  });

  test('is overdue at its end: people are told at once, and it holds on', () => {
    const { decision, rollout, entries } = look(paused, until);
    expect(decision).toMatchObject({
      kind: 'hold',
      reason: 'pauseOverdue',
      sentence:
        'The pause at 5 % was to end at 2026-11-02 07:00 UTC, and nobody has said what is to be. grace has to resume, halt or pause it anew. Its reason: because',
      escalation: { of: 'pause' },
    });
    expect(rollout.pause).toMatchObject({ until, escalatedAt: until });
    expect(entries).toMatchObject([{ kind: 'decision', subject: 'hold', escalated: true }]);
  });

  test('without an owner it is for somebody to end', () => {
    const { decision } = look(pause(ramping(), { until }).rollout, until);
    expect(decision.sentence).toContain(' Somebody has to resume, halt or pause it anew. ');
  });

  /** When people are told, with a look every ten minutes over so many hours, in minutes after the end. */
  function toldAt(rollout: Rollout, from: number, hours: number, found?: readonly Evidence[]): number[] {
    const told: number[] = [];
    const { escalatedAt: _, ...word } = rollout.pause ?? {};
    let current = rollout;
    for (let ms = from; ms <= hours * hour; ms += 10 * minute) {
      const seen = look(current, at(until.getTime() - at(0).getTime() + ms), found && { evidence: found });
      expect(seen.rollout.pause).toMatchObject(word);
      expect(seen.decision.kind).toBe('hold');
      if ('escalation' in seen.decision) told.push(ms / minute);
      current = seen.rollout;
    }
    return told;
  }

  test('tells people again every hour, and never resumes by itself', () => {
    expect(toldAt(paused, -20 * minute, 5)).toEqual([0, 60, 120, 180, 240, 300]);
  });

  test('tells nobody any more once one of them knows, and still does not resume', () => {
    const told = look(paused, until).rollout;
    const known = accepted(told, { kind: 'acknowledge', reason, who: grace }, at(7 * hour + minute)).rollout;
    expect(toldAt(known, 10 * minute, 30)).toEqual([]);
  });

  test('that nobody was told of cannot be acknowledged', () => {
    expect(receive(paused, { kind: 'acknowledge', reason, who: ops }, at(hour)).kind).toBe('refused');
  });

  test.each<[string, PauseWord, Partial<Rollout['pause']>]>([
    ['another end', { until: at(20 * hour) }, { until: at(20 * hour) }],
    ['another owner', { owner: 'alan' }, { owner: 'alan' }],
  ])('gives way to a pause with %s, which nobody was told of yet', (_, change, expected) => {
    const told = look(paused, until).rollout;
    const { rollout } = pause(told, { ...change, who: pipeline }, at(8 * hour));
    expect(rollout.pause).toEqual({ ...pipeline, reason, at: at(8 * hour), ...expected });
  });

  test('anew escalates anew', () => {
    const told = look(paused, until).rollout;
    const known = accepted(told, { kind: 'acknowledge', reason, who: grace }, at(7 * hour)).rollout;
    const again = pause(known, { until: at(9 * hour) }, at(8 * hour)).rollout;
    expect(look(again, at(9 * hour - 1)).decision).not.toHaveProperty('escalation');
    expect(look(again, at(9 * hour)).decision).toMatchObject({ escalation: { of: 'pause' } });
  });

  test('that is overdue can be paused anew without an end, as its sentence asks', () => {
    const told = look(paused, until).rollout;
    const { rollout } = pause(told, {}, until);
    expect(rollout.pause).toEqual({ ...ops, reason, at: until });
    expect(look(rollout, at(9 * hour)).decision).toMatchObject({ reason: 'paused' });
    const early = { kind: 'pause', reason, who: ops } as const;
    expect(receive(paused, early, at(7 * hour - 1)).kind).toBe('already');
  });

  test.each<[string, readonly Evidence[], string, object]>([
    ['harm', bad, 'halt', { reason: 'harm' }],
    ['what is bad and holds', badHolds, 'hold', { reason: 'pauseOverdue', escalation: { of: 'pause' } }],
    ['silence', [evidence('unmeasured')], 'hold', { reason: 'pauseOverdue' }],
  ])('that is overdue beside %s', (_, found, kind, expected) => {
    expect(look(paused, until, { evidence: found }).decision).toMatchObject({ kind, ...expected });
  });

  test('that is not over yet comes after what is bad', () => {
    expect(look(paused, at(hour), { evidence: badHolds }).decision).toMatchObject({ reason: 'bad' });
  });

  test('that is overdue holds on, and tells people, while it is bad', () => {
    expect(toldAt(paused, 0, 3, badHolds)).toEqual([0, 60, 120, 180]);
  });

  test('is no reason to leave a halt or a finalize', () => {
    for (const kind of ['halt', 'finalize'] as const) {
      const { rollout } = accepted(paused, { kind, reason, who: ops }, at(hour));
      expect(look(rollout, until).decision.kind).toBe(kind);
    }
  });

  test('ends with a resume, and the rollout goes on from there', () => {
    const told = look(paused, until).rollout;
    const { rollout } = accepted(told, { kind: 'resume', reason, who: grace }, at(8 * hour));
    expect(rollout.pause).toBeUndefined();
    expect(look(rollout, at(8 * hour)).decision.kind).toBe('raise');
  });
});

describe('an alert that fires', () => {
  const hold = (rollout: Rollout, alert: string, by = `Alert ${alert}`, now = at(0)) =>
    accepted(rollout, { kind: 'hold', alert, reason, who: { actor: 'alert', by } }, now);
  const release = (rollout: Rollout, alert: string, now = at(hour)) =>
    accepted(rollout, { kind: 'release', alert, reason, who: alarm }, now);
  const held = (...alerts: readonly string[]): Rollout =>
    alerts.reduce((rollout, alert) => hold(rollout, alert).rollout, ramping());
  const reasonOf = (rollout: Rollout, now = at(6 * hour)) => look(rollout, now).decision.reason;

  test('holds, and says which it is', () => {
    const { rollout, ...change } = hold(ramping(), 'f1', 'Crash rate');
    expect(rollout).toMatchObject({
      nextLookAt: at(0),
      alertHolds: [{ alert: 'f1', actor: 'alert', by: 'Crash rate', reason, at: at(0) }],
      decision: {
        kind: 'hold',
        reason: 'alert',
        sentence: 'Holding at 5 % while an alert fires: Crash rate.',
      },
    });
    expect(change.entries).toMatchObject([{ kind: 'alert', ...alarm, subject: 'hold', sentence: reason }]);
    expect(look(rollout, at(6 * hour)).decision).toMatchObject({ kind: 'hold', reason: 'alert' });
  });

  test('again is the same alert', () => {
    expect(receive(held('f1'), { kind: 'hold', alert: 'f1', reason, who: alarm }, at(1))).toEqual({
      kind: 'already',
      sentence: 'The alert holds the rollout.',
    });
  });

  test('beside another holds as well: the release of one leaves the other', () => {
    const both = held('f1', 'f2');
    expect(look(both, at(6 * hour)).decision.sentence).toBe(
      'Holding at 5 % while 2 alerts fire: Alert f1 and Alert f2.',
    );
    const one = release(both, 'f1').rollout;
    expect(one.alertHolds.map(({ alert }) => alert)).toEqual(['f2']);
    expect(reasonOf(one)).toBe('alert');
    const none = release(one, 'f2');
    expect(lines(none)).toEqual(['alert release by Crash rate']);
    expect(none.rollout.nextLookAt).toEqual(at(hour));
    expect(look(none.rollout, at(6 * hour)).decision.kind).toBe('raise');
  });

  test('releases nothing but itself, also of a pause', () => {
    const paused = accepted(held('f1'), { kind: 'pause', reason, who: ops }, at(0)).rollout;
    expect(reasonOf(release(paused, 'f1').rollout)).toBe('paused');
  });

  describe('whose end comes says so until the next look:', () => {
    test('that it is resolved, where it was the last one', () => {
      expect(release(held('f1'), 'f1').rollout.decision).toEqual({
        kind: 'wait',
        reason: 'commanded',
        sentence: 'The alert Crash rate is resolved. The rollout is looked at next.',
        at: at(hour),
      });
    });

    test('which others still hold', () => {
      expect(release(held('f1', 'f2', 'f3'), 'f2').rollout.decision).toEqual({
        kind: 'hold',
        reason: 'alert',
        sentence: 'Holding at 5 % while 2 alerts fire: Alert f1 and Alert f3.',
        at: at(hour),
      });
    });

    test('that a person’s pause is left', () => {
      const paused = accepted(ramping(), { kind: 'pause', reason, who: ops }, at(0)).rollout;
      expect(release(hold(paused, 'f1').rollout, 'f1').rollout.decision).toMatchObject({
        kind: 'hold',
        reason: 'paused',
        sentence: 'Paused at 5 % since 2026-11-02 00:00 UTC: because',
      });
    });

    test.each<[string, Rollout]>([
      ['a halt', accepted(held('f1'), { kind: 'halt', reason, who: ops }, at(1)).rollout],
      ['a finalize', accepted(held('f1'), { kind: 'finalize', reason, who: ops }, at(1)).rollout],
      ['a pause', accepted(held('f1'), { kind: 'pause', reason, who: ops }, at(1)).rollout],
      ['what is bad', look(held('f1'), at(1), { evidence: badHolds }).rollout],
    ])('nothing else, where %s was said since', (_, since) => {
      expect(since.decision?.reason).not.toBe('alert');
      expect(release(since, 'f1').rollout.decision).toEqual(since.decision);
    });
  });

  test.each([
    [['a', 'b', 'c', 'd', 'e'], '5 alerts fire: Alert a, Alert b, Alert c, Alert d and Alert e.'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      '6 alerts fire: Alert a, Alert b, Alert c, Alert d, Alert e, and 1 more.',
    ],
    [
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      '7 alerts fire: Alert a, Alert b, Alert c, Alert d, Alert e, and 2 more.',
    ],
  ])('names five at most, and counts the rest: %j', (alerts, says) => {
    expect(look(held(...alerts), at(6 * hour)).decision.sentence).toBe(`Holding at 5 % while ${says}`);
  });

  test('is let go of by a resume, all of them and the pause', () => {
    const both = accepted(held('f1', 'f2'), { kind: 'pause', reason, who: ops }, at(0)).rollout;
    const { rollout } = accepted(both, { kind: 'resume', reason, who: ops }, at(1));
    expect(rollout.alertHolds).toEqual([]);
    expect(rollout.pause).toBeUndefined();
  });

  test('again after a resume holds again', () => {
    const resumed = accepted(held('f1'), { kind: 'resume', reason, who: ops }, at(1)).rollout;
    expect(reasonOf(hold(resumed, 'f1').rollout)).toBe('alert');
  });

  test('holds before the publication, and then from the start', () => {
    const { rollout } = hold(fresh(), 'f1');
    const published = look(rollout, at(hour), { observed: inProgress(5), evidence: [] });
    expect(published.decision.kind).toBe('adopt');
    expect(reasonOf(published.rollout, at(9 * hour))).toBe('alert');
  });

  test('does not keep harm from halting', () => {
    expect(look(held('f1'), at(6 * hour), { evidence: bad }).decision).toMatchObject({
      kind: 'halt',
      reason: 'harm',
    });
  });

  test('does not keep what the Store shows from being taken over', () => {
    const raised = look(held('f1'), at(6 * hour), { observed: inProgress(40) });
    expect(raised.decision).toMatchObject({ kind: 'adopt', reason: 'raised' });
    expect(raised.rollout.alertHolds).toHaveLength(1);
  });

  test.each(['halt', 'finalize'] as const)('cannot hold what is on its way to a %s', (kind) => {
    const { rollout } = accepted(held('f1'), { kind, reason, who: ops }, at(1));
    expect(receive(rollout, { kind: 'hold', alert: 'f2', reason, who: alarm }, at(2))).toEqual({
      kind: 'refused',
      sentence: `The rollout is ${kind === 'halt' ? 'halting' : 'finalizing'}: there is nothing left to raise.`,
    });
    expect(look(rollout, at(6 * hour)).decision.kind).toBe(kind);
  });

  describe('beside as many as a row takes', () => {
    const names = Array.from({ length: mostAlertHolds }, (_, index) => `f${index}`);
    const full = held(...names);
    const over = hold(full, 'one more').rollout;
    const releaseAll = (rollout: Rollout, alerts: readonly string[]) =>
      alerts.reduce((left, alert) => release(left, alert).rollout, rollout);

    test('is kept as one of many, however many they are', () => {
      expect(over.alertHolds).toHaveLength(mostAlertHolds + 1);
      expect(receive(over, { kind: 'hold', alert: 'and another', reason, who: alarm }, at(1)).kind).toBe(
        'already',
      );
    });

    test('cannot be released by itself, nor by all the others', () => {
      expect(receive(over, { kind: 'release', alert: 'one more', reason, who: alarm }, at(1)).kind).toBe(
        'already',
      );
      const left = releaseAll(over, names);
      expect(left.alertHolds).toHaveLength(1);
      expect(reasonOf(left)).toBe('alert');
    });

    test('is released by a person', () => {
      const { rollout } = accepted(over, { kind: 'resume', reason, who: ops }, at(1));
      expect(rollout.alertHolds).toEqual([]);
    });

    test('is not lost when there is room again', () => {
      const room = releaseAll(over, names.slice(0, 10));
      const again = hold(room, 'later').rollout;
      expect(releaseAll(again, [...names.slice(10), 'later']).alertHolds).toHaveLength(1);
    });
  });
});
