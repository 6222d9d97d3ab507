import { app } from '@azure/functions';
import { config, httpHandler, ports } from '../shared/app.ts';
import { planView } from '../shared/http/alertViews.ts';
import { json } from '../shared/http/handler.ts';
import { triedAlertsIn } from '../shared/http/input/alerts.ts';
import { planAlerts } from '../shared/usecases/alerts/planAlerts.ts';

/** Says what alerts would do, without doing it; whoever may look may ask, without the sender's secret. */
app.http('testAlerts', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'alerts/{format}/test',
  handler: httpHandler(ports, 'viewer', async ({ request, ports: world }) => {
    const { alerts, addressed } = await triedAlertsIn(request, config.alertSenders, world.runtime.now());
    const { plans } = await planAlerts(world, alerts, addressed);
    return json(200, { alerts: plans.map(planView) });
  }),
});
