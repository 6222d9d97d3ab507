// The whole deployment, written with plain resources and not with Azure Verified Modules: a reader sees here every
// property that is set, and the files compile without a module registry. Property names and API versions are those of
// the published resource types (github.com/Azure/bicep-types-az, folder generated/).
targetScope = 'subscription'

@description('Name of the azd environment; part of the resource group\'s name, and of what the other names are made from.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources. `az functionapp list-flexconsumption-locations` lists those that have the plan.')
@metadata({ azd: { type: 'location' } })
param location string

@description('A Partner Center account. Its app registration trusts the identity made here; there is no secret.')
@sealed()
type publisher = {
  name: string

  @description('The Entra tenant that is associated with the Partner Center account.')
  tenantId: string

  @description('The application (client) ID of the app registration.')
  clientId: string
}

@description('The publishers whose app registrations have a federated credential for the identity made here.')
param publishers publisher[] = []

@description('For any other credential: URI of a Key Vault secret that holds RAMPART_PUBLISHERS whole. Outranks `publishers`.')
param publishersSecretUri string = ''

@description('Further application settings, such as RAMPART_POLL_SCHEDULE. None of them may be a secret.')
param settings object = {}

@description('Application settings that are secrets, such as RAMPART_CHANNELS: for each the URI of its Key Vault secret.')
param secretSettings object = {}

@description('The container that packages for the Store are uploaded to.')
@minLength(3)
@maxLength(63)
param packagesContainerName string = 'packages'

@description('Days after its last change that a package is deleted from that container.')
@minValue(1)
param packageRetentionDays int = 30

@description('Memory of one instance. Executions are billed by it, and the three timers run each minute.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

// The Store grants a publisher few requests a minute, so many instances would only wait for each other. 40 was once
// the least that the plan accepted, and is accepted everywhere.
@description('How far the app may scale out.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-rampart-${token}'
    location: location
    tags: tags
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'strampart${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    packagesContainerName: packagesContainerName
    packageRetentionDays: packageRetentionDays
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-rampart-${token}'
    componentName: 'appi-rampart-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

// The app comes after the modules whose outputs it reads, and so after the role assignments inside them: a host that
// starts without its roles would fail until they reach it.
module functionApp 'app/functionApp.bicep' = {
  name: 'functionApp'
  scope: group
  params: {
    name: 'func-rampart-${token}'
    planName: 'plan-rampart-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    deploymentContainerName: storage.outputs.deploymentContainerName
    packagesContainerName: storage.outputs.packagesContainerName
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    publishers: publishers
    publishersSecretUri: publishersSecretUri
    settings: settings
    secretSettings: secretSettings
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output RAMPART_URL string = functionApp.outputs.url
output RAMPART_FUNCTION_APP string = functionApp.outputs.name
output RAMPART_STORAGE_ACCOUNT string = storage.outputs.name
output RAMPART_PACKAGES_CONTAINER string = storage.outputs.packagesContainerName

// What the federated credential of each publisher's app registration must say: issuer and subject are compared with
// the claims of the identity's token, and the subject is its object (principal) ID.
// learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
output RAMPART_FEDERATED_ISSUER string = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
output RAMPART_FEDERATED_SUBJECT string = identity.outputs.principalId
output RAMPART_FEDERATED_AUDIENCE string = 'api://AzureADTokenExchange'

// Needed where a publisher is named in the Key Vault secret and still uses the federated credential. Its principal, above
// as the subject, is what reads the vault.
output RAMPART_IDENTITY_CLIENT_ID string = identity.outputs.clientId
