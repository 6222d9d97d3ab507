import { type Answer, accepted, already, refused } from './answer.ts';
import type { CommandOf } from './command.ts';
import type { Rollout } from './rollout.ts';

/**
 * Somebody says that they know of what people were told: they are not told again of the same trouble. It changes nothing
 * else; what was intended is tried on.
 */
export function acknowledge(rollout: Rollout, command: CommandOf<'acknowledge'>, now: Date): Answer {
  const told = troublesOf(rollout).filter(({ escalatedAt }) => escalatedAt !== undefined);
  if (told.length === 0) return refused('There is nothing that people were told of and that still lasts.');
  if (told.every(({ acknowledgedAt }) => acknowledgedAt !== undefined))
    return already('It is acknowledged already.');
  return accepted(rollout, acknowledged(rollout, now), command, now);
}

type Escalated = { readonly escalatedAt?: Date | undefined; readonly acknowledgedAt?: Date | undefined };

const troublesOf = ({
  intent,
  pause,
  alertHolds,
  storeUnreadable,
  failedRaises,
  unmeasured,
}: Rollout): Escalated[] =>
  [intent, pause, ...alertHolds, storeUnreadable, failedRaises, ...Object.values(unmeasured)].filter(
    (trouble) => trouble !== undefined,
  );

function acknowledged(rollout: Rollout, now: Date): Rollout {
  const { intent, pause, storeUnreadable, failedRaises, unmeasured } = rollout;
  const mark = <Of extends Escalated>(told: Of): Of =>
    told.escalatedAt === undefined ? told : { ...told, acknowledgedAt: told.acknowledgedAt ?? now };
  return {
    ...rollout,
    ...(intent && { intent: mark(intent) }),
    ...(pause && { pause: mark(pause) }),
    alertHolds: rollout.alertHolds.map(mark),
    ...(storeUnreadable && { storeUnreadable: mark(storeUnreadable) }),
    ...(failedRaises && { failedRaises: mark(failedRaises) }),
    unmeasured: Object.fromEntries(Object.entries(unmeasured).map(([check, told]) => [check, mark(told)])),
  };
}
