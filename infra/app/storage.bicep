// One account for the host (leases, function keys), the queue between the timers and the looks, the tables with the
// state, the deployment package of the app, and the packages that it submits. No key opens it: only identities with a
// role do.
param name string
param location string
param tags object

@description('Object ID of the identity that the app runs as.')
param principalId string

@description('Where packages for the Store are uploaded to.')
param packagesContainerName string

@description('Days after its last change that a package is deleted. A delivery reads it until the Store has it.')
param packageRetentionDays int

var deploymentContainerName = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource deployment 'containers' = {
      name: deploymentContainerName
    }

    resource packages 'containers' = {
      name: packagesContainerName
    }
  }

  // An account has one policy, `default`, and this is all of it. A prefix begins with the name of a container.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'deletePackages'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['${packagesContainerName}/']
              }
              actions: {
                baseBlob: {
                  delete: { daysAfterModificationGreaterThan: packageRetentionDays }
                }
              }
            }
          }
        ]
      }
    }
  }
}

// Roles are per service: owning the blobs opens neither queues nor tables. The IDs are those of the built-in roles,
// learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage
// Storage Blob Delegator is not among them: its one action, blobServices/generateUserDelegationKey, by which the app
// signs the addresses that the Store's storage copies packages from, is one of Storage Blob Data Owner's too. It acts
// on the account, so the role must be given there and not on a container.
var roleIds = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner: the host's leases, keys and package; the packages
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor: queue triggers and outputs, also the queue
  // of the blob trigger and the one for blobs that failed (webjobs-blobtrigger-poison), which the host creates
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: rollouts, the due index, samples
]

resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in roleIds: {
    name: guid(account.id, principalId, roleId)
    scope: account
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
output deploymentContainerName string = deploymentContainerName
output packagesContainerName string = packagesContainerName
