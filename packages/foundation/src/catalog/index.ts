/** The error catalogue: every code the platform can answer with, one file per area. */
import { ADMIN_ERRORS } from './admin.ts';
import { API_KEYS_ERRORS } from './api-keys.ts';
import { ARTIFACTS_ERRORS } from './artifacts.ts';
import { AUTH_ERRORS } from './auth.ts';
import { CLI_ERRORS } from './cli.ts';
import { CONNECTIONS_ERRORS } from './connections.ts';
import { CONNECTORS_ERRORS } from './connectors.ts';
import { DATA_ERRORS } from './data.ts';
import { DEPLOY_ERRORS } from './deploy.ts';
import { DEPLOYMENTS_ERRORS } from './deployments.ts';
import { EDGE_ERRORS } from './edge.ts';
import { EGRESS_ERRORS } from './egress.ts';
import { GRANTS_ERRORS } from './grants.ts';
import { GROUPS_ERRORS } from './groups.ts';
import { INTERNAL_ERRORS } from './internal.ts';
import { LIMITS_ERRORS } from './limits.ts';
import { MCP_ERRORS } from './mcp.ts';
import { OAUTH_ERRORS } from './oauth.ts';
import { ORGANIZATIONS_ERRORS } from './organizations.ts';
import { POLICY_ERRORS } from './policy.ts';
import { SANDBOX_ERRORS } from './sandbox.ts';
import { SECRETS_ERRORS } from './secrets.ts';
import { SERVICE_ACCOUNTS_ERRORS } from './service-accounts.ts';
import { SOURCE_ERRORS } from './source.ts';
import { SSO_ERRORS } from './sso.ts';
import { START_ERRORS } from './start.ts';
import { VERSIONS_ERRORS } from './versions.ts';

export const ERRORS = {
  ...ADMIN_ERRORS,
  ...API_KEYS_ERRORS,
  ...ARTIFACTS_ERRORS,
  ...AUTH_ERRORS,
  ...CLI_ERRORS,
  ...CONNECTIONS_ERRORS,
  ...CONNECTORS_ERRORS,
  ...DATA_ERRORS,
  ...DEPLOY_ERRORS,
  ...DEPLOYMENTS_ERRORS,
  ...EDGE_ERRORS,
  ...EGRESS_ERRORS,
  ...INTERNAL_ERRORS,
  ...LIMITS_ERRORS,
  ...MCP_ERRORS,
  ...GRANTS_ERRORS,
  ...GROUPS_ERRORS,
  ...OAUTH_ERRORS,
  ...ORGANIZATIONS_ERRORS,
  ...POLICY_ERRORS,
  ...SANDBOX_ERRORS,
  ...SECRETS_ERRORS,
  ...SERVICE_ACCOUNTS_ERRORS,
  ...SOURCE_ERRORS,
  ...SSO_ERRORS,
  ...START_ERRORS,
  ...VERSIONS_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
