import { app } from '@azure/functions';
import { config, ports } from '../shared/app.ts';
import { receivedView, statusOf } from '../shared/http/alertViews.ts';
import { json, openHttpHandler } from '../shared/http/handler.ts';
import { provenAlertsIn } from '../shared/http/input/alerts.ts';
import { receiveAlerts } from '../shared/usecases/alerts/receiveAlerts.ts';

/** Takes alerts of the publisher's monitoring in, by the format that the route names. */
app.http('receiveAlerts', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'alerts/{format}',
  // No role opens it: each sender proves itself by what it can do.
  handler: openHttpHandler(ports, async ({ request, ports: world, log }) => {
    const { alerts, addressed } = await provenAlertsIn(request, config.alertSenders, world.runtime.now());
    const received = await receiveAlerts(world, alerts, addressed, log);
    return json(statusOf(received), { alerts: received.map(receivedView) });
  }),
});
