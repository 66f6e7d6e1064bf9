export const ROLES = ['owner', 'admin', 'developer', 'member'] as const;
export const PERMISSIONS = [
  'organization:read',
  'organization:write',
  'organization:delete',
  'members:read',
  'members:write',
  'api_keys:read',
  'api_keys:write',
  'connectors:read',
  'connectors:write',
  'connectors:delete',
  'versions:read',
  'versions:write',
  'deployments:read',
  'deployments:write',
  'secrets:read',
  'secrets:write',
  'logs:read',
  'audit:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type AuditAction = string;
