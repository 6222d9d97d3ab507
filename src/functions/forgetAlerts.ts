import { app } from '@azure/functions';
import { ports } from '../shared/app.ts';
import { logOf } from '../shared/platform/log.ts';
import { forgetAlerts } from '../shared/usecases/alerts/forgetAlerts.ts';

/** Once an hour, away from the full minute at which the others run. */
app.timer('forgetAlerts', {
  schedule: '15 7 * * * *',
  handler: async (_timer, context) => forgetAlerts(await ports(), logOf(context)),
});
