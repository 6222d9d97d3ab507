import { type Invariant, type RolloutFacts, Violation } from '../facts.ts';
import { hasEnded } from '../recorder.ts';

export function oneRolloutPerTrack(): Invariant {
  const name = 'I10';
  const active = new Map<string, RolloutFacts>();
  return {
    name,
    sentence: 'One active rollout per track.',
    wrote: ({ of, after }) => {
      const other = active.get(of.track);
      if (hasEnded(after)) {
        if (other === of) active.delete(of.track);
        return;
      }
      if (other && other !== of) throw new Violation(name, `${of.id} is active beside ${other.id}.`);
      active.set(of.track, of);
    },
  };
}
