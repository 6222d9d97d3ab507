import type { Addresses } from './stage.ts';
import type { Started } from './story.ts';

/** What to try next, as lines for a shell. */
export type Commands = {
  readonly reading: readonly string[];
  /** Once the healthy rollout is finalized, its track has room for the next package. */
  readonly submitting: readonly string[];
  /** Of use only while the rollouts run. */
  readonly changing: readonly string[];
};

/** The key in it is made up for this run. */
export function commandsOf(addresses: Addresses, healthy: Started, bad: Started): Commands {
  const { hostUrl, functionKey, controlUrl, environmentFile } = addresses;
  const { applicationId, flightId, nextPackage } = healthy;
  return {
    reading: [
      `  URL=${hostUrl} KEY=${functionKey}`,
      `  SIMULATOR=${controlUrl}`,
      `  HEALTHY=${healthy.id}`,
      `  BAD=${bad.id}`,
      '  curl "$URL/api/rollouts?code=$KEY"',
      '  curl "$URL/api/rollouts/$HEALTHY?code=$KEY"',
      '  curl "$URL/api/rollouts/$BAD/journal?code=$KEY"',
      '  curl "$URL/api/health?code=$KEY"',
      '  curl $SIMULATOR/state',
      `  . ${environmentFile}   # the command line’s settings for this run`,
      '  npx rampart status',
    ],
    submitting: [
      `  npx rampart submit ${nextPackage} \\`,
      `    --app ${applicationId} --flight ${flightId} \\`,
      '    --policy standard --wait none',
      '  # The Store takes hours for it; at this speed a day takes 10 s:',
      `  curl -X PUT -d '{"speed":8640}' $SIMULATOR/clock`,
      '  npx rampart status',
    ],
    changing: [
      `  curl -H content-type:application/json -d '{"reason":"a try"}' "$URL/api/rollouts/$HEALTHY/halt?code=$KEY"`,
      `  curl -X PUT -d '{"speed":1000}' $SIMULATOR/clock   # domain seconds a second; a day in 10 s is 8640`,
    ],
  };
}
