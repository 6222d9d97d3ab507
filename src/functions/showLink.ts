import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { openHttpHandler } from '../shared/http/handler.ts';
import { linkAnswer } from '../shared/http/links/answers.ts';
import { readLinkRequest, showRequestSchema } from '../shared/http/links/requests.ts';
import { showLink } from '../shared/usecases/notify/followLink.ts';

/** Says what a link would do, without doing it. The link itself is the credential, as for `followLink`. */
app.http('showLink', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'links/show',
  handler: openHttpHandler(ports, async ({ request, ports: world }) => {
    const { token } = await readLinkRequest(request, showRequestSchema);
    return linkAnswer(await showLink(world, token));
  }),
});
