import { app } from '@azure/functions';
import { httpHandler, ports } from '../shared/app.ts';
import { json } from '../shared/http/handler.ts';
import { bodyLimits, readJson } from '../shared/http/input/body.ts';
import { rolloutIdIn } from '../shared/http/input/ids.ts';
import { samplesSchema } from '../shared/http/input/samples.ts';
import { pushSamples } from '../shared/usecases/rollout/pushSamples.ts';

/** Takes in samples of the publisher's own telemetry. */
app.http('pushSamples', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rollouts/{id}/samples',
  handler: httpHandler(ports, 'operator', async ({ request, ports: world }) => {
    const id = rolloutIdIn(request);
    const { samples } = await readJson(request, samplesSchema, bodyLimits.samples);
    await pushSamples(world, id, samples);
    return json(200, { accepted: samples.length });
  }),
});
