// The plan and the app. What other plans say in application settings (runtime, package, scale), Flex Consumption says
// in `functionAppConfig`; FUNCTIONS_WORKER_RUNTIME and its kin must not be set there.
param name string
param planName string
param location string
param tags object

param identityId string
param identityClientId string
param blobEndpoint string
param queueEndpoint string
param tableEndpoint string
param deploymentContainerName string
param packagesContainerName string
param applicationInsightsConnectionString string

@description('{ name, tenantId, clientId } each.')
param publishers array
param publishersSecretUri string
param settings object

@description('Name of the setting: URI of its Key Vault secret.')
param secretSettings object
param instanceMemoryMB int
param maximumInstanceCount int

var federatedPublishers = map(publishers, publisher => union(publisher, {
  credential: { kind: 'federated', managedIdentityClientId: identityClientId }
}))
var secretReference = '@Microsoft.KeyVault(SecretUri=${publishersSecretUri})'
var publishersSetting = empty(publishersSecretUri) ? string(federatedPublishers) : secretReference

// The app has `keyVaultReferenceIdentity` resolve them; the deployment itself never sees a value.
var secretReferences = toObject(
  items(secretSettings),
  secret => secret.key,
  secret => '@Microsoft.KeyVault(SecretUri=${secret.value})'
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true } // Linux
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' }) // how azd finds where to deploy the service of azure.yaml
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      // Not 24: the plan's published lists of runtimes show that at most as a preview. The bundle runs on both, so this
      // line is all there is to change; see docs/deployment.md.
      runtime: { name: 'node', version: '22' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${deploymentContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }

  // Replaces all settings of the app at each provisioning: what is set by hand is lost, `settings` and
  // `secretSettings` are where it belongs.
  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, secretReferences, {
      // One identity for three services: the host leases blobs, triggers read queues, Rampart writes tables and reads
      // packages.
      AzureWebJobsStorage__blobServiceUri: blobEndpoint
      AzureWebJobsStorage__queueServiceUri: queueEndpoint
      AzureWebJobsStorage__tableServiceUri: tableEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      RAMPART_PUBLISHERS: publishersSetting
      RAMPART_PACKAGES_CONTAINER: packagesContainerName
    })
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
