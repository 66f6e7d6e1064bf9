/** The caller and their permissions. Made by `authenticate` and `authorize`, read by handlers. */
import type { ApiKey } from '@patchbay/domain/api-keys';
import type { Actor } from '@patchbay/domain/audit';
import { CHANGE_RULES, type Change } from '@patchbay/domain/changes';
import type { Authentication } from '@patchbay/domain/deployments';
import { mayKeyHold, type Organization, type Permission, type Role, scopesFor } from '@patchbay/domain/organizations';
import { AppError, DASHBOARD_PAGES, type DashboardPage } from '@patchbay/foundation';
import type { SessionFacts } from '../../identity/identity.ts';
import type { AccountGrant } from '../../oauth/index.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** A signed-in person, in their own browser session. */
export interface SessionCaller {
  readonly kind: 'person';
  readonly actor: Extract<Actor, { kind: 'person' }>;
  readonly person: Person;
  readonly session: SessionFacts;
}

/** A program with a key of kind admin or deploy. */
export interface KeyCaller {
  readonly kind: 'api_key';
  readonly actor: Extract<Actor, { kind: 'api_key' }>;
  readonly apiKey: ApiKey;
  readonly organizationId: string;
  readonly person: Person | null;
  /** Present roles of its person, or of the member responsible for its service account: the ceiling of what it may do. */
  readonly boundingRoles: readonly Role[];
}

/** A program with an access token that a person allowed: it acts as them, within its scopes. */
export interface TokenCaller {
  readonly kind: 'token';
  readonly actor: Extract<Actor, { kind: 'person' }>;
  readonly person: Person;
  readonly grant: AccountGrant;
  /** The token's, as far as the grant has them. */
  readonly scopes: readonly string[];
  readonly tokenExpiresAt: Date;
}

export type Caller = SessionCaller | KeyCaller | TokenCaller;

/** Permissions of one caller in one organization. */
export interface Access {
  readonly organization: Organization;
  /** Empty for a key. */
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
  /** Permissions of the person behind a token, of which its scopes leave `permissions`; null for every other caller. */
  readonly personPermissions?: ReadonlySet<Permission> | null;
  /** Connectors a key is limited to; null means every one. */
  readonly connectorIds: ReadonlySet<string> | null;
}

/** Where people do what no key may. */
const PAGE_OF: Partial<Record<Permission, DashboardPage>> = {
  'api-keys:write': 'apiKeys',
  'members:write': 'members',
  'service-accounts:write': 'apiKeys',
  'grants:write': 'connectedClients',
  'oauth-clients:write': 'oauthClients',
};

/** Identifies the caller for limits and idempotency keys. */
export function callerId(caller: Caller): string {
  switch (caller.kind) {
    case 'person':
      return caller.person.id;
    case 'api_key':
      return caller.apiKey.id;
    case 'token':
      return caller.grant.id;
  }
}

/** How the caller authenticated, for decisions that only a person may make. */
export function authenticationOf(caller: Caller): Authentication {
  switch (caller.kind) {
    case 'person':
      return 'browser_session';
    case 'api_key':
      return 'api_key';
    case 'token':
      return 'access_token';
  }
}

/** Whether the grant is good for the organization at all; membership is checked in addition. */
export function reachesOrganization({ organizationIds }: AccountGrant, organizationId: string): boolean {
  return organizationIds.length === 0 || organizationIds.includes(organizationId);
}

/** @throws AppError `admin.permission_missing`, `admin.scope_missing`, `admin.person_required` */
export function requirePermission(access: Access, permission: Permission): void {
  if (access.permissions.has(permission)) return;
  if (access.personPermissions?.has(permission)) throw scopeMissing(permission);
  const isKeyBarred = access.roles.length === 0 && !mayKeyHold(permission);
  throw new AppError('admin.permission_missing', {
    data: { permission },
    ...(isKeyBarred && { hint: `No API key may do this. ${personDoesIt(PAGE_OF[permission] ?? 'home')}` }),
  });
}

/**
 * The person, for what no key may do.
 *
 * @param page where a person does it
 * @throws AppError `admin.person_required`
 */
export function requirePerson(caller: Caller, page: DashboardPage): SessionCaller {
  if (caller.kind === 'person') return caller;
  throw new AppError('admin.person_required', { hint: personDoesIt(page) });
}

/** The person may, and their token may not. */
function scopeMissing(permission: Permission): AppError {
  const [scope] = scopesFor(permission);
  return scope === undefined
    ? new AppError('admin.person_required', { data: { permission }, hint: personDoesIt(PAGE_OF[permission] ?? 'home') })
    : new AppError('admin.scope_missing', { detail: `It takes the scope ${scope}.`, data: { permission, scope } });
}

function personDoesIt(page: DashboardPage): string {
  return `Sign in and do it at ${DASHBOARD_PAGES[page]}.`;
}

/** @throws AppError `admin.permission_missing` when the caller is a key that does not list the connector */
export function requireConnector(access: Access, connectorId: string): void {
  if (access.connectorIds === null || access.connectorIds.has(connectorId)) return;
  throw new AppError('admin.permission_missing', { detail: 'This API key does not list the connector.' });
}

/**
 * Whether the change can end the caller's access in the organization. A stream checks the resources of its path itself.
 */
export function concernsCaller({ kind, id }: Change, caller: Caller, organizationId: string): boolean {
  switch (CHANGE_RULES[kind].admin) {
    case 'organization':
      return id === organizationId;
    case 'person':
      return id === caller.person?.id;
    case 'api_key':
      return caller.kind === 'api_key' && id === caller.apiKey.id;
    case null:
      return false;
  }
}
