import { text } from '@patchbay/foundation';
import { formatLimit, RETENTION } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import {
  ActionState,
  ConnectorParams,
  DisplayName,
  Instant,
  OrganizationParams,
  PageQuery,
  pageOf,
  Slug,
} from './parts.ts';
import { VersionState } from './version-parts.ts';

export const AuthMode = z
  .enum(['api_key', 'none'])
  .meta({ id: 'AuthMode', description: 'What a call must present at the hosted URL.' });

const CodeGeneration = z.boolean().meta({
  description:
    'Whether code of the connector may make code from text (eval, new Function). Its sandboxes refuse it otherwise.',
});

const ConfirmOpen = text().min(1).max(64).meta({
  description:
    'With `authMode: none`: the connector’s present slug. Without it a connector with secrets or tools that write is not opened.',
});

export const Connector = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    authMode: AuthMode,
    url: z.url().meta({ description: 'The hosted MCP URL. Answers once a version is live.' }),
    live: z
      .object({ versionId: z.string(), number: z.number().int(), activatedAt: Instant })
      .nullable()
      .meta({ description: 'The version that serves calls now.' }),
    latest: z
      .object({ versionId: z.string(), number: z.number().int(), state: VersionState })
      .nullable()
      .meta({ description: 'The newest version, whatever its state.' }),
    settingsRevision: z.number().int(),
    codeGeneration: CodeGeneration,
    openConfirmedAt: Instant.nullable().meta({
      description:
        'When an owner or admin confirmed that anybody may call it, with its secrets and tools that write. Null: nobody did.',
    }),
    createdAt: Instant,
    deletedAt: Instant.nullable(),
    purgeAt: Instant.nullable(),
    actions: z.object({
      deploy: ActionState,
      rollBack: ActionState,
      update: ActionState,
      open: ActionState,
      delete: ActionState,
      restore: ActionState,
    }),
  })
  .meta({ id: 'Connector' });

export const listConnectors = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors',
  summary: 'List connectors',
  tag: 'Connectors',
  permission: 'connectors:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery.extend({
    deleted: z.stringbool().default(false).meta({ description: 'Deleted ones instead of those in service.' }),
  }),
  reply: pageOf(Connector, 'ConnectorPage'),
});

export const createConnector = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors',
  summary: 'Create a connector; it answers after its first deploy. `authMode: none` needs `connectors:open`',
  tag: 'Connectors',
  permission: 'connectors:write',
  audit: 'connector.created',
  params: OrganizationParams,
  body: z.object({ slug: Slug, name: DisplayName.optional(), authMode: AuthMode.default('api_key') }),
  reply: Connector,
  status: 201,
  idempotent: true,
});

export const getConnector = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector',
  summary: 'Show a connector',
  tag: 'Connectors',
  permission: 'connectors:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  reply: Connector,
});

export const updateConnector = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization/connectors/:connector',
  summary:
    'Change name, slug, auth mode or what the code may do; the old slug stays an alias. `authMode: none` needs `connectors:open`',
  tag: 'Connectors',
  permission: 'connectors:write',
  audit: 'connector.updated',
  params: ConnectorParams,
  body: z
    .object({
      name: DisplayName,
      slug: Slug,
      authMode: AuthMode,
      codeGeneration: CodeGeneration,
      confirmOpen: ConfirmOpen,
    })
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'names nothing to change')
    .refine(
      (body) => body.confirmOpen === undefined || body.authMode === 'none',
      'confirmOpen goes with authMode none',
    ),
  reply: Connector,
});

export const deleteConnector = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/connectors/:connector',
  summary: `Take a connector out of service at once; restorable for ${formatLimit(RETENTION.restorable)}`,
  tag: 'Connectors',
  permission: 'connectors:delete',
  audit: 'connector.deleted',
  params: ConnectorParams,
});

export const restoreConnector = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/restore',
  summary: 'Put a deleted connector back into service',
  tag: 'Connectors',
  permission: 'connectors:delete',
  audit: 'connector.restored',
  params: ConnectorParams,
  reply: Connector,
});
