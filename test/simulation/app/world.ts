import type { Link } from '../../../src/shared/notify/link.ts';
import type { Clockwork } from '../engine/clockwork.ts';
import type { Deed } from '../engine/disturbance.ts';
import type { Draws } from '../engine/draws.ts';
import type { Platform } from './platform.ts';
import type { Subject } from './scene.ts';
import type { Services } from './services.ts';

/** What people and programs around Rampart have before them. */
export type World = {
  readonly clockwork: Clockwork;
  readonly draws: Draws;
  readonly platform: Platform;
  readonly services: Services;
  readonly subjects: readonly Subject[];
  /** Somebody changed the Store behind Rampart's back. */
  readonly onPortal: (subject: Subject, deed: Deed) => void;
  /** Somebody looks at a link, or follows it, in the invocation that is. */
  readonly onLink: (link: Link) => void;
};

export const second = 1_000;
export const minute = 60 * second;
/** For so long somebody looks after a rollout: longer than any run. */
export const attendedMs = 6 * 60 * minute;

export const idOf = ({ applicationId, flightId, submissionId }: Subject): string =>
  `${applicationId}.${flightId ?? 'production'}.${submissionId}`;
