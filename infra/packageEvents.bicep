// Tells the app of every blob that is uploaded to the packages' container. A file of its own, because the address that
// it writes holds a key that the host makes only when it first starts with the code: deploy it after the code, by the
// hook in azure.yaml or by hand (docs/deployment.md). Deploying it again, after the key was renewed, puts the new one in.
// On Flex Consumption this is the only source of a blob trigger:
// learn.microsoft.com/azure/azure-functions/functions-event-grid-blob-trigger
param functionAppName string
param storageAccountName string
param packagesContainerName string
param location string = resourceGroup().location

// The function, under the name by which the host knows it.
var functionId = 'Host.Functions.packageUploaded'

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

// Not an output, so that the deployment's history does not keep it.
var extensionKey = listKeys('${app.id}/host/default', '2025-03-01').systemKeys.blobs_extension
var webhook = 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs'

// Azure allows one system topic for an account. It costs nothing by itself.
resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${storageAccountName}'
  location: location
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }

  resource subscription 'eventSubscriptions' = {
    name: 'packageUploaded'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      // Event Grid asks this address for an answer before it takes it: the app must run.
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: '${webhook}?functionName=${functionId}&code=${extensionKey}'
        }
      }
      // The function's path is no filter here: what this lets through runs it. The slash at the end keeps containers
      // out whose names only begin like this one's.
      filter: {
        subjectBeginsWith: '/blobServices/default/containers/${packagesContainerName}/'
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
      }
    }
  }
}
