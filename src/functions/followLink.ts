import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { openHttpHandler } from '../shared/http/handler.ts';
import { linkAnswer } from '../shared/http/links/answers.ts';
import { followRequestSchema, readLinkRequest } from '../shared/http/links/requests.ts';
import { followLink } from '../shared/usecases/notify/followLink.ts';

/**
 * Does what a link says, once. It takes no key of the platform, because the link itself is the credential: signed, bound
 * to one action of one rollout, and not for long. Whoever reads the message has no key, and a key must not stand in one.
 */
app.http('followLink', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'links/follow',
  handler: openHttpHandler(ports, async ({ request, ports: world, log }) => {
    const { token, reason } = await readLinkRequest(request, followRequestSchema);
    return linkAnswer(await followLink(world, token, reason, log));
  }),
});
