import { app } from '@azure/functions';

/** The least that a Functions app can be: what the platform's library costs by itself. */
app.http('empty', { handler: () => ({ status: 204 }) });
