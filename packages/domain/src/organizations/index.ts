export {
  ADMIN_SCOPES,
  type AdminScope,
  adminScopeText,
  isAdminScope,
  permissionsOfScopes,
  scopesFor,
} from './admin-scopes.ts';
export { imitatedBrand } from './imitated-brand.ts';
export {
  deleteOrganization,
  findMember,
  getOrganization,
  listMembers,
  type Member,
  type Organization,
  RESTORABLE_DAYS,
  restoreOrganization,
} from './organizations.ts';
export {
  ALL_PERMISSIONS,
  isRole,
  mayGrantRole,
  mayKeyHold,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  ROLES,
  type Role,
} from './permissions.ts';
export {
  assertConnectorSlug,
  assertOrganizationSlug,
  isSlug,
  RESERVED_CONNECTOR_SLUGS,
  RESERVED_ORGANIZATION_SLUGS,
} from './slugs.ts';
