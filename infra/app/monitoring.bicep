// Traces and metrics. They are a convenience: the record of why a rollout moved is the journal in the tables.
param workspaceName string
param componentName string
param location string
param tags object

@description('Object ID of the identity that the app runs as.')
param principalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // The connection string alone then writes nothing: who sends telemetry must have the role below.
    DisableLocalAuth: true
  }
}

// Monitoring Metrics Publisher, learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
var publisherRoleId = '3913510d-42f4-4e42-8a64-420c390055eb'

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, principalId, publisherRoleId)
  scope: component
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisherRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output connectionString string = component.properties.ConnectionString
