import { DEPLOY_LIMITS, formatLimit } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import { ConnectorParams, PageQuery, pageOf, VersionParams } from './parts.ts';
import { Finding, Version, VersionLogLine, VersionStep, VersionSummary } from './version-parts.ts';

/** Source archives above this are refused while they arrive. */
export const SOURCE_BYTES_MAX = DEPLOY_LIMITS.source.value;

const READ = { none: 'a read of the caller’s own organization' } as const;
const TAG = 'Versions';

export const listVersions = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions',
  summary: 'List versions, newest first',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: ConnectorParams,
  query: PageQuery,
  reply: pageOf(VersionSummary, 'VersionPage'),
});

export const submitVersion = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/versions',
  summary: `Upload source: tar.gz or zip, at most ${formatLimit(DEPLOY_LIMITS.source)}; the deploy goes on in the background`,
  tag: TAG,
  permission: 'versions:write',
  audit: 'version.submitted',
  params: ConnectorParams,
  query: z.object({
    typecheck: z.stringbool().default(true).meta({ description: 'Whether a type error fails the deploy.' }),
    activate: z.stringbool().default(true).meta({ description: 'Whether it goes live by itself once published.' }),
    create: z.stringbool().default(false).meta({ description: 'Create the connector if the slug names none.' }),
  }),
  upload: { contentTypes: ['application/gzip', 'application/zip'], bytesMax: SOURCE_BYTES_MAX },
  reply: Version,
  status: 202,
  idempotent: true,
});

export const getVersion = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number',
  summary: 'Show a version',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: Version,
});

export const listVersionLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/log',
  summary: 'Read the log of a deploy',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  query: PageQuery,
  reply: pageOf(VersionLogLine, 'VersionLogPage'),
});

export const watchVersion = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/events',
  summary: 'Follow a deploy: steps, log lines and findings from the start, then `done`',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  events: { step: VersionStep, log: VersionLogLine, finding: Finding, done: Version },
});

export const listFindings = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/findings',
  summary: 'List what the scan found',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: pageOf(Finding, 'FindingPage'),
});

export const getManifest = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/manifest',
  summary: 'Show what the version declares: tools, prompts, resources, egress',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: z.record(z.string(), z.unknown()).meta({ id: 'Manifest' }),
});

export const getLockfile = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/lockfile',
  summary: 'Show the dependencies the version was built with',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: z.object({ name: z.string(), text: z.string() }).meta({ id: 'Lockfile' }),
});

export const createSourceDownload = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/versions/:number/source',
  summary: 'Make a one-time address for the uploaded source, good for one minute',
  tag: TAG,
  permission: 'versions:read',
  audit: 'version.source_downloaded',
  params: VersionParams,
  reply: z.object({ url: z.url(), expiresAt: z.iso.datetime() }).meta({ id: 'Download' }),
  status: 201,
});
