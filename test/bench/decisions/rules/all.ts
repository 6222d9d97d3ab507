import { argo } from './argo.ts';
import { codeDeploy } from './codeDeploy.ts';
import { flagger } from './flagger.ts';
import { gpc } from './gpc.ts';
import { growthBookAsRead, growthBookRefreshed } from './growthBook.ts';
import { kayenta } from './kayenta.ts';
import { launchDarklyLike } from './launchDarkly.ts';
import { plainMixture } from './logUniform.ts';
import { naive } from './naive.ts';
import { rampart } from './rampart.ts';
import type { Rule } from './rule.ts';
import { statsigLike } from './statsig.ts';
import { tramline } from './tramline.ts';

/** In the order of the tables. The last is Rampart, and the others are held against it. */
export const rules: readonly Rule[] = [
  argo(0),
  argo(3),
  flagger,
  codeDeploy,
  tramline,
  gpc,
  kayenta,
  growthBookAsRead,
  growthBookRefreshed,
  launchDarklyLike,
  statsigLike,
  naive,
  plainMixture,
  rampart,
];
