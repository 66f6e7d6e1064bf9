/** Walks the endpoint table: an endpoint that is added is covered the day it is defined. */

import { permissionsOf } from '@patchbay/domain/organizations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointSpec } from '../../src/admin/definition/endpoint-spec.ts';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { Installation, type SignedIn } from './given.ts';

const TABLE: readonly (readonly [string, EndpointSpec])[] = Object.entries(ENDPOINTS);
const CHANGES = TABLE.filter(([, { method }]) => method !== 'GET');
const IN_ORGANIZATION = TABLE.filter(([, { path }]) => path.includes(':organization'));

let installation: Installation;
let acme: SignedIn & { organizationId: string };
let other: SignedIn & { organizationId: string };
let member: SignedIn;

beforeAll(async () => {
  installation = await Installation.start();
  acme = await installation.owner('acme');
  other = await installation.owner('other');
  member = await installation.join(acme, 'member', 'mia');
});
afterAll(() => installation.close());

/** The path with every parameter filled in; the organization is acme. */
function pathOf(endpoint: EndpointSpec, organization = 'acme'): string {
  return endpoint.path
    .replace(':organization', organization)
    .replace(':connector', 'weather')
    .replace(':number', '1')
    .replace(':name', 'API_KEY')
    .replace(/:\w+/g, 'unknown');
}

function headersOf(endpoint: EndpointSpec): Record<string, string> {
  if (endpoint.method === 'GET' || endpoint.method === 'DELETE') return {};
  return { 'content-type': endpoint.upload?.contentTypes[0] ?? 'application/json' };
}

function send(endpoint: EndpointSpec, as?: SignedIn | string, more: Record<string, string> = {}, path?: string) {
  const headers = { ...headersOf(endpoint), ...more };
  const payload = headers['content-type'] ? Buffer.from('{}') : undefined;
  return installation.call(endpoint.method, path ?? pathOf(endpoint), { as, headers, payload });
}

describe('every endpoint', () => {
  it.each(TABLE)('%s refuses callers without credentials', async (_id, endpoint) => {
    const answer = await send(endpoint);
    expect([answer.status, answer.body.code]).toEqual([401, 'auth.required']);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each(TABLE)('%s refuses a key of kind mcp before any look-up', async (_id, endpoint) => {
    const key = await installation.key(acme, { kind: 'mcp' });
    const answer = await send(endpoint, key);
    expect(answer.body.code).toBe('api-keys.wrong_door');
  });

  it.each(TABLE)(
    '%s refuses a key that was never given out, and ignores the cookie beside it',
    async (_id, endpoint) => {
      const answer = await send(endpoint, undefined, { authorization: 'Bearer pbk_admin_x', cookie: acme.cookie });
      expect([answer.status, answer.body.code]).toEqual([401, 'api-keys.invalid']);
    },
  );
});

describe('every endpoint of an organization', () => {
  it.each(IN_ORGANIZATION)('%s answers 404 to people and keys of another organization', async (_id, endpoint) => {
    const key = await installation.key(other);
    for (const name of ['acme', acme.organizationId, 'nobody-has-this']) {
      const path = pathOf(endpoint, name);
      const answers = [await send(endpoint, other, {}, path), await send(endpoint, key, {}, path)];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(2).fill([404, 'admin.not_found']));
    }
  });

  const guarded = IN_ORGANIZATION.filter(
    ([, { permission }]) => typeof permission === 'string' && !permissionsOf(['member']).has(permission),
  );
  it.each(guarded)('%s answers 403 to a member without its permission, and names it', async (_id, endpoint) => {
    const answer = await send(endpoint, member);
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
    expect(answer.body.data).toEqual({ permission: endpoint.permission });
  });

  it('listConnectors answers 403 to a key that does not list its permission', async () => {
    const key = await installation.key(acme, { permissions: ['organization:read'] });
    const answer = await send(ENDPOINTS.listConnectors, key);
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
  });
});

describe('every change with a session cookie', () => {
  const foreign = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }];

  it.each(CHANGES)('%s is refused from another site and from another port of this host', async (_id, endpoint) => {
    for (const headers of foreign) {
      const answer = await send(endpoint, acme, headers);
      expect([answer.status, answer.body.code]).toEqual([403, 'auth.cross_site']);
    }
    const withoutMetadata = { ...acme, cookie: acme.cookie };
    const port = await send(endpoint, undefined, { cookie: withoutMetadata.cookie, origin: 'http://localhost:5000' });
    expect(port.status).toBe(403);
    const silent = await send(endpoint, undefined, { cookie: acme.cookie });
    expect([silent.status, silent.body.code]).toEqual([403, 'auth.cross_site']);
  });

  const withBody = CHANGES.filter(([, { method }]) => method !== 'DELETE');
  it.each(withBody)('%s is refused with a body that a form could send', async (_id, endpoint) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await send(endpoint, acme, { 'content-type': type });
      expect([answer.status, answer.body.code]).toEqual([415, 'admin.content_type']);
    }
  });

  it('refused requests leave no connector and no audit event', async () => {
    const connectors = await installation.call('GET', '/organizations/acme/connectors', { as: acme });
    const audit = await installation.call('GET', '/organizations/acme/audit-events?limit=200', { as: acme });
    expect(connectors.body.items).toEqual([]);
    const actions = audit.body.items.map(({ action }: { action: string }) => action);
    expect(new Set(actions)).toEqual(
      new Set(['organization.created', 'invitation.created', 'member.joined', 'api_key.created']),
    );
  });
});
