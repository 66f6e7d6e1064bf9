/** The table of the admin API: every endpoint with what runs behind it. The key is the operation id. */

import { endAccountGrant, listAccountGrants } from './account-grants.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { listAuditEvents } from './audit-events.ts';
import { endConnection, listConnections, setDefaultConnection } from './connections.ts';
import {
  createConnector,
  deleteConnector,
  getConnector,
  listConnectors,
  restoreConnector,
  updateConnector,
} from './connectors.ts';
import { activateVersion, listDeployments, resolveDeployment, rollBack } from './deployments.ts';
import { endGrant, endGrants, listGrants } from './grants.ts';
import { addGroupMember, createGroup, deleteGroup, listGroups, removeGroupMember, updateGroup } from './groups.ts';
import { cancelInvitation, createInvitation, listInvitations, reissueInvitation } from './invitations.ts';
import { listLimits } from './limits.ts';
import { listConnectorLog, watchConnectorLog } from './logs.ts';
import { getMe } from './me.ts';
import { listMembers, removeMember, updateMember } from './members.ts';
import { createOAuthClient, disableOAuthClient, listOAuthClients, rotateOAuthClientSecret } from './oauth-clients.ts';
import { getOrganizationLimits } from './organization-limits.ts';
import {
  createOrganization,
  deleteOrganization,
  getOrganization,
  listOrganizations,
  restoreOrganization,
  updateOrganization,
} from './organizations.ts';
import { endOtherSessions, endOwnSession, getSignInMethods, listOwnSessions } from './own-account.ts';
import { createPolicy, deletePolicy, listPolicies, listTools, replacePolicies, updatePolicy } from './policies.ts';
import { deleteProvider, listProviders, saveProvider } from './providers.ts';
import { listRoles } from './roles.ts';
import { deleteSecret, listSecrets, setSecret } from './secrets.ts';
import { createServiceAccount, listServiceAccounts, updateServiceAccount } from './service-accounts.ts';
import {
  activateIdentityProvider,
  deactivateIdentityProvider,
  deleteIdentityProvider,
  getSignIn,
  saveIdentityProvider,
  updateIdentityProvider,
} from './sign-in.ts';
import { submitVersion } from './submit-version.ts';
import { createSourceDownload, getLockfile } from './version-files.ts';
import { getManifest, getVersion, listFindings, listVersionLog, listVersions } from './versions.ts';
import { watchVersion } from './watch-version.ts';

export const ENDPOINTS = {
  getMe,
  listAccountGrants,
  endAccountGrant,
  getSignInMethods,
  listOwnSessions,
  endOwnSession,
  endOtherSessions,
  listOrganizations,
  createOrganization,
  getOrganization,
  updateOrganization,
  deleteOrganization,
  restoreOrganization,
  getOrganizationLimits,
  listMembers,
  updateMember,
  removeMember,
  listGroups,
  createGroup,
  updateGroup,
  deleteGroup,
  addGroupMember,
  removeGroupMember,
  listPolicies,
  createPolicy,
  updatePolicy,
  deletePolicy,
  replacePolicies,
  listTools,
  listRoles,
  listInvitations,
  createInvitation,
  reissueInvitation,
  cancelInvitation,
  listApiKeys,
  createApiKey,
  revokeApiKey,
  listServiceAccounts,
  createServiceAccount,
  updateServiceAccount,
  listGrants,
  endGrant,
  endGrants,
  getSignIn,
  saveIdentityProvider,
  updateIdentityProvider,
  activateIdentityProvider,
  deactivateIdentityProvider,
  deleteIdentityProvider,
  listProviders,
  saveProvider,
  deleteProvider,
  listConnections,
  setDefaultConnection,
  endConnection,
  listOAuthClients,
  createOAuthClient,
  rotateOAuthClientSecret,
  disableOAuthClient,
  listConnectors,
  createConnector,
  getConnector,
  updateConnector,
  deleteConnector,
  restoreConnector,
  listVersions,
  submitVersion,
  getVersion,
  listVersionLog,
  watchVersion,
  listFindings,
  getManifest,
  getLockfile,
  createSourceDownload,
  listDeployments,
  activateVersion,
  resolveDeployment,
  rollBack,
  listSecrets,
  setSecret,
  deleteSecret,
  listConnectorLog,
  watchConnectorLog,
  listAuditEvents,
  listLimits,
};
