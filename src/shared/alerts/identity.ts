import { createHash } from 'node:crypto';
import type { Who } from '../rollout/vocabulary.ts';
import type { Alert } from './alert.ts';

/**
 * The alert's id with us: the same for repeats and for its resolution. Fingerprints may have any characters and be long,
 * and ids stand in keys and rows, so it is a digest, behind the sender's name.
 */
export const alertIdOf = ({ sender, fingerprint }: Pick<Alert, 'sender' | 'fingerprint'>): string =>
  `${sender}.${createHash('sha256').update(fingerprint).digest('hex').slice(0, 32)}`;

const longestTitle = 100;

/** The alert as the one who gives a command. */
export const whoOfAlert = ({ sender, title }: Alert): Who => ({
  actor: 'alert',
  by: `${title.length > longestTitle ? `${title.slice(0, longestTitle)}…` : title} (${sender})`.toWellFormed(),
});
