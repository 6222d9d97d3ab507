import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { frameOf } from '../../demo/frame.ts';
import { type Paint, unpainted } from '../../demo/paint.ts';
import { hoursIn, setting, snapshot, view, watched, watchedBad } from './watched.fixture.ts';

const both = snapshot(hoursIn(39), watched(), watchedBad());
const draw = (width: number, height = 40, shown = both, paint: Paint = unpainted) =>
  frameOf(shown, setting, { width, height }, paint);

describe('a frame', () => {
  test.each([20, 40, 80, 120])('has no line wider than a terminal of %i columns', (width) => {
    for (const line of draw(width)) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  test.each([12, 23, 40])('has no more lines than a terminal of %i has', (height) => {
    expect(draw(80, height).length).toBeLessThanOrEqual(height);
  });

  test('fits a terminal of 80 by 24 with all its parts', () => {
    const text = draw(80, 23).join('\n');
    expect(text).toContain('Contoso Paint 5.1.0.0');
    expect(text).toContain('The Store shows the rollout stopped.');
  });

  test('keeps its height while sentences come and go, so that nothing jumps', () => {
    const longer = watched({ sentence: 'Holding at 25 % for more evidence. '.repeat(5) });
    expect(draw(80, 40, snapshot(hoursIn(39), longer, watchedBad()))).toHaveLength(draw(80).length);
  });

  test('shows percentage, phase, step and what is left of the bake', () => {
    const [, , name, bar, scale, bake] = draw(80);
    expect(name).toMatch(/^Contoso Notes 2\.4\.0\.0: a healthy build +ramping · step 2 of 4$/);
    expect(bar).toMatch(/^ {2}█+┃█+┃░+┃░+┃ {2}25 %$/);
    expect(scale).toMatch(/^ +5 +25 +50 +100$/);
    expect(bake).toBe('  bake: 3 h left');
  });

  test('marks the steps where their numbers stand', () => {
    const [, , , bar = '', scale = ''] = draw(80);
    const marks = [...bar.matchAll(/┃/g)].map(({ index }) => index);
    const numbers = [...scale.matchAll(/\d+/g)].map(({ 0: text, index }) => index + text.length - 1);
    expect(numbers).toEqual(marks);
  });

  test('shows the evidence of every check, and which of them is a dry run', () => {
    const text = draw(100).join('\n');
    expect(text).toContain('✔ launch: 26 of 5200 failed: 0.5 %, within the limit of 1 %');
    expect(text).toContain('… Store crashes: nothing can be known before 2026-01-07 04:00 UTC');
    expect(text).toContain('✘ hangs (dry run): 20 of 5200 failed');
  });

  test('says of a check without evidence that nobody asked it', () => {
    const lines = draw(80, 40, snapshot(hoursIn(39), watched({ evidence: [] })));
    expect(lines).toContain('  · launch: not asked yet');
  });

  test('says when an ended rollout ended, and when a bake is over', () => {
    expect(draw(80)).toContain('  halted 1 d 1 h after the start');
    expect(draw(80, 40, snapshot(hoursIn(43), watched()))).toContain('  bake: over');
  });

  test('says where the Store is before it has published', () => {
    const { step: _, ...unpublished } = view({
      phase: 'awaitingPublication',
      submissionStatus: 'Certification',
    });
    const waiting = { ...watched(), view: unpublished };
    expect(draw(80, 40, snapshot(hoursIn(1), waiting))).toContain('  the Store is at Certification');
  });

  test('says a pause', () => {
    const paused = snapshot(hoursIn(39), watched({ paused: true }));
    expect(draw(80, 40, paused)[2]).toMatch(/ramping · step 2 of 4 · paused$/);
  });

  test('shows the domain time, and how fast it goes', () => {
    expect(draw(80)[0]).toMatch(/^Rampart, a day in 10 s +2026-01-06 09:00 UTC, 1 d 15 h in$/);
  });

  test.each([
    [1, 'a day in 1 d'],
    [1_000, 'a day in 1 min 26 s'],
    [0, 'the clock stands'],
  ])('says a clock at %d domain seconds per second as "%s"', (speed, pace) => {
    expect(draw(80, 40, { ...both, speed })[0]).toContain(`Rampart, ${pace} `);
  });

  test('is coloured by meaning', () => {
    const tagged = draw(100, 40, both, (tone, text) => `<${tone}>${text}`).join('\n');
    expect(tagged).toContain('<good>launch');
    expect(tagged).toContain('<uncertain>Store crashes');
    expect(tagged).toContain('<bad>halted');
  });
});
