import type { Addresses } from './stage.ts';
import type { Started } from './story.ts';

/** What to try next, as lines for a shell. */
export type Commands = {
  readonly reading: readonly string[];
  /** Of use only while the rollouts run. */
  readonly changing: readonly string[];
};

/** The key in it is made up for this run. */
export function commandsOf(addresses: Addresses, healthy: Started, bad: Started): Commands {
  const { hostUrl, functionKey, controlUrl } = addresses;
  return {
    reading: [
      `  RAMPART=${hostUrl}/api KEY=${functionKey}`,
      `  SIMULATOR=${controlUrl}`,
      `  HEALTHY=${healthy.id}`,
      `  BAD=${bad.id}`,
      '  curl "$RAMPART/rollouts?code=$KEY"',
      '  curl "$RAMPART/rollouts/$HEALTHY?code=$KEY"',
      '  curl "$RAMPART/rollouts/$BAD/journal?code=$KEY"',
      '  curl "$RAMPART/health?code=$KEY"',
      '  curl $SIMULATOR/state',
    ],
    changing: [
      `  curl --json '{"reason":"a try"}' "$RAMPART/rollouts/$HEALTHY/halt?code=$KEY"`,
      `  curl -X PUT -d '{"speed":1000}' $SIMULATOR/clock`,
    ],
  };
}
