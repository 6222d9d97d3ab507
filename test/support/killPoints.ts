import type { Application } from './deliveryScene.ts';
import type { Held, Passing } from './holdingProxy.ts';
import type { KillScene } from './killScene.ts';

/** The requests of a delivery at which a test can hold it, and so kill its host in the midst of it. */

export type When = 'before' | 'after';
export type HoldPoint = {
  readonly name: string;
  readonly hold: (of: Application, when: When) => Held;
};

export const submissionPath = String.raw`/submissions/\d+`;

/** A request to the Store about a flight; `path` follows the flight's own. */
export const atStore =
  ({ store }: KillScene, method: string, path: string): HoldPoint['hold'] =>
  ({ flightId }, when) =>
    store.hold(
      when,
      (request) => request.method === method && new RegExp(`${flightId}${path}`).test(request.url),
    );

/** The uploads of a scene are one after the other, so that they need not be told apart. */
export const putsBlock = ({ method, url }: Passing): boolean =>
  method === 'PUT' && url.includes('comp=block&');
const putsBlockList = ({ method, url }: Passing): boolean =>
  method === 'PUT' && url.includes('comp=blocklist');

/** What a delivery does to the Store and to its upload, in order. */
export const actsOn = (scene: KillScene): readonly HoldPoint[] => [
  { name: 'the create', hold: atStore(scene, 'POST', String.raw`/submissions\?`) },
  { name: 'the update', hold: atStore(scene, 'PUT', submissionPath) },
  { name: 'the upload of a block', hold: (_, when) => scene.blobs.hold(when, putsBlock) },
  { name: 'the end of the upload', hold: (_, when) => scene.blobs.hold(when, putsBlockList) },
  { name: 'the commit', hold: atStore(scene, 'POST', `${submissionPath}/commit`) },
];
