import { app } from '@azure/functions';
import { linkPage } from '../shared/http/links/page.ts';

/**
 * The page that every link of a notification leads to. It takes no key, and needs none: it is the same for all, and
 * which link was followed stays in the browser, whose script asks `showLink` and `followLink` with it.
 */
app.http('openLink', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'links',
  handler: async () => linkPage,
});
