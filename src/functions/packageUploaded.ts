import { app, output } from '@azure/functions';
import { config, ports } from '../shared/app.ts';
import { bindBlobsByName, blobNameOf } from '../shared/platform/blobBinding.ts';
import { logOf } from '../shared/platform/log.ts';
import { deliveryQueue, writeLook } from '../shared/queues/looks.ts';
import { receivePackage } from '../shared/usecases/delivery/receivePackage.ts';

bindBlobsByName();

/** Takes on what a CI job uploads: an archive, and beside it the request, in whichever order they come. */
app.storageBlob('packageUploaded', {
  path: `${config.packagesContainer}/{applicationId}/{track}/{name}`,
  connection: config.storage.name,
  source: 'EventGrid',
  sdkBinding: true,
  return: output.storageQueue({ queueName: deliveryQueue, connection: 'AzureWebJobsStorage' }),
  handler: async (blob, context) => {
    const name = blobNameOf(blob, context.triggerMetadata);
    const id = await receivePackage(await ports(), name, logOf(context));
    return id === undefined ? undefined : writeLook({ id });
  },
});
