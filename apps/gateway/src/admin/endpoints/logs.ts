/** What connectors wrote while they served calls. */
import { text } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import { ConnectorParams, Cursor, Instant, LogLevel, PageQuery, pageOf } from './parts.ts';

const TAG = 'Logs';

export const ConnectorLogLine = z
  .object({
    id: z.string(),
    at: Instant,
    level: LogLevel,
    source: z.enum(['connector', 'stderr', 'platform']),
    text: z.string(),
    requestId: z.string().nullable(),
    versionNumber: z.number().int().nullable(),
    hidden: z.boolean().meta({ description: 'Another person’s sandbox wrote it: its text is withheld.' }),
  })
  .meta({ id: 'ConnectorLogLine' });

const Filter = z.object({
  level: LogLevel.optional().meta({ description: 'This level and above.' }),
  requestId: text().max(64).optional(),
});

export const listConnectorLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/logs',
  summary: 'Read log lines, oldest first; without a cursor the newest ones',
  tag: TAG,
  permission: 'logs:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  query: PageQuery.extend(Filter.shape),
  reply: pageOf(ConnectorLogLine, 'ConnectorLogPage'),
});

export const watchConnectorLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/logs/events',
  summary: 'Follow log lines as they arrive',
  tag: TAG,
  permission: 'logs:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  query: Filter.extend({ cursor: Cursor.optional() }),
  events: { log: ConnectorLogLine },
});
