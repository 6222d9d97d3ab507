import { z } from 'zod';

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Whether tokens and secrets may go there: they must not cross a network in the clear. */
export const isSafeUrl = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));

export const safeUrlSchema = z.url({ protocol: /^https?$/, error: 'is not a URL' }).refine((text) => {
  const url = URL.parse(text);
  return url === null || isSafeUrl(url);
}, 'must begin with https:');
