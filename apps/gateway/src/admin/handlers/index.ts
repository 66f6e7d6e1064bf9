/** What runs behind each endpoint. An endpoint without a handler, or with another's, does not compile. */
import type { EndpointTable, OperationId } from '../endpoints/index.ts';
import type { Handler } from '../handler.ts';
import * as apiKeys from './api-keys.ts';
import * as auditEvents from './audit-events.ts';
import * as connectors from './connectors.ts';
import * as deployments from './deployments.ts';
import * as groups from './groups.ts';
import * as logs from './logs.ts';
import * as members from './members.ts';
import * as organizations from './organizations.ts';
import * as roles from './roles.ts';
import * as secrets from './secrets.ts';
import { submit } from './submit-version.ts';
import * as versionFiles from './version-files.ts';
import * as versions from './versions.ts';
import { watch as watchVersion } from './watch-version.ts';

export const HANDLERS: { readonly [K in OperationId]: Handler<EndpointTable[K]> } = {
  getMe: organizations.getMe,
  listOrganizations: organizations.listOrganizations,
  createOrganization: organizations.createOrganization,
  getOrganization: organizations.showOrganization,
  updateOrganization: organizations.updateOrganization,
  deleteOrganization: organizations.removeOrganization,
  restoreOrganization: organizations.bringBackOrganization,
  listMembers: members.list,
  updateMember: members.update,
  removeMember: members.remove,
  listGroups: groups.list,
  createGroup: groups.create,
  updateGroup: groups.update,
  deleteGroup: groups.remove,
  addGroupMember: groups.addMember,
  removeGroupMember: groups.removeMember,
  listRoles: roles.list,
  listInvitations: members.listInvitations,
  createInvitation: members.invite,
  reissueInvitation: members.reissue,
  cancelInvitation: members.cancel,
  listApiKeys: apiKeys.list,
  createApiKey: apiKeys.create,
  revokeApiKey: apiKeys.revoke,
  listConnectors: connectors.list,
  createConnector: connectors.create,
  getConnector: connectors.show,
  updateConnector: connectors.update,
  deleteConnector: connectors.remove,
  restoreConnector: connectors.restore,
  listVersions: versions.list,
  submitVersion: submit,
  getVersion: versions.show,
  listVersionLog: versions.readLog,
  watchVersion,
  listFindings: versions.findings,
  getManifest: versions.manifest,
  getLockfile: versionFiles.lockfile,
  createSourceDownload: versionFiles.source,
  listDeployments: deployments.list,
  activateVersion: deployments.activateVersion,
  resolveDeployment: deployments.resolveDeployment,
  rollBack: deployments.rollBackConnector,
  listSecrets: secrets.list,
  setSecret: secrets.set,
  deleteSecret: secrets.remove,
  listConnectorLog: logs.list,
  watchConnectorLog: logs.watch,
  listAuditEvents: auditEvents.list,
};

/** What may still be done with a deleted organization. */
export const WORK_ON_DELETED: ReadonlySet<string> = new Set<OperationId>([
  'getOrganization',
  'restoreOrganization',
  'removeMember',
]);
