import { signedSecret } from '../store/faults.ts';

/** What Rampart is given, or meets, and must never show: each has in it a mark by which it is found again. */

const mark = 'secret-token-';
const webhookKey = Buffer.from(`${mark}of-the-webhook`).toString('base64');

/** One for a purpose of its own. */
export const secretOf = (purpose: string): string => `${mark}${purpose}`;

/** As the settings have it: Standard Webhooks writes its key in base64. */
export const webhookSecret = `whsec_${webhookKey}`;

/** How the token of every link begins. */
const linkToken = Buffer.from('{"rolloutId":').toString('base64url').slice(0, 16);

const marks = [mark, signedSecret, webhookKey, linkToken];

/** Where a text shows one; undefined if it shows none. */
export function secretIn(text: string): number | undefined {
  const found = marks.map((each) => text.indexOf(each)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}
