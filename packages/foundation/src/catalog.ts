/** The error catalogue: every code the platform can answer with, one file per area. */
import { ADMIN_ERRORS } from './catalog/admin.ts';
import { API_KEYS_ERRORS } from './catalog/api-keys.ts';
import { ARTIFACTS_ERRORS } from './catalog/artifacts.ts';
import { AUTH_ERRORS } from './catalog/auth.ts';
import { CLI_ERRORS } from './catalog/cli.ts';
import { CONNECTORS_ERRORS } from './catalog/connectors.ts';
import { DATA_ERRORS } from './catalog/data.ts';
import { DEPLOY_ERRORS } from './catalog/deploy.ts';
import { DEPLOYMENTS_ERRORS } from './catalog/deployments.ts';
import { EDGE_ERRORS } from './catalog/edge.ts';
import { EGRESS_ERRORS } from './catalog/egress.ts';
import { GROUPS_ERRORS } from './catalog/groups.ts';
import { INTERNAL_ERRORS } from './catalog/internal.ts';
import { LIMITS_ERRORS } from './catalog/limits.ts';
import { MCP_ERRORS } from './catalog/mcp.ts';
import { ORGANIZATIONS_ERRORS } from './catalog/organizations.ts';
import { POLICY_ERRORS } from './catalog/policy.ts';
import { SANDBOX_ERRORS } from './catalog/sandbox.ts';
import { SECRETS_ERRORS } from './catalog/secrets.ts';
import { SOURCE_ERRORS } from './catalog/source.ts';
import { START_ERRORS } from './catalog/start.ts';
import { VERSIONS_ERRORS } from './catalog/versions.ts';

export const ERRORS = {
  ...ADMIN_ERRORS,
  ...API_KEYS_ERRORS,
  ...ARTIFACTS_ERRORS,
  ...AUTH_ERRORS,
  ...CLI_ERRORS,
  ...CONNECTORS_ERRORS,
  ...DATA_ERRORS,
  ...DEPLOY_ERRORS,
  ...DEPLOYMENTS_ERRORS,
  ...EDGE_ERRORS,
  ...EGRESS_ERRORS,
  ...INTERNAL_ERRORS,
  ...LIMITS_ERRORS,
  ...MCP_ERRORS,
  ...GROUPS_ERRORS,
  ...ORGANIZATIONS_ERRORS,
  ...POLICY_ERRORS,
  ...SANDBOX_ERRORS,
  ...SECRETS_ERRORS,
  ...SOURCE_ERRORS,
  ...START_ERRORS,
  ...VERSIONS_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
