import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEndpoint } from '../../src/admin/definition/define-endpoint.ts';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { OrganizationParams } from '../../src/admin/endpoints/parts.ts';
import { renderOpenApi } from '../../src/admin/openapi.ts';
import { API_VERSION } from '../../src/admin/version.ts';

describe('the endpoint table', () => {
  it('the endpoint table equals the document; else run `node apps/gateway/src/admin/write-openapi.ts`', async () => {
    const committed = await readFile(new URL('../../../../packages/api-client/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(renderOpenApi(ENDPOINTS, API_VERSION))));
  });

  it('no endpoint takes a plain text, a number without bounds or a value without a schema', () => {
    const spec = {
      method: 'POST',
      path: '/x',
      summary: 's',
      tag: 't',
      permission: { none: 'a test' },
      audit: { none: 'a test' },
    } as const;
    const params = z.object({});
    expect(() => defineEndpoint({ ...spec, params: z.object({ id: z.string() }) })).toThrow(/takes id \(string\)/);
    expect(() => defineEndpoint({ ...spec, params, query: z.object({ n: z.coerce.number() }) })).toThrow(/takes n /);
    expect(() => defineEndpoint({ ...spec, params, body: z.object({ a: z.unknown() }) })).toThrow(/takes a \(unknown/);
    expect(() => defineEndpoint({ ...spec, params, reply: z.object({ shown: z.string() }) })).not.toThrow();
  });

  it('every endpoint that changes something of an organization has an audit action', () => {
    const silent = Object.entries(ENDPOINTS).filter(
      ([, { method, audit }]) => method !== 'GET' && typeof audit !== 'string',
    );
    // A person's grants to programs and sessions belong to no organization, and so to no audit log.
    expect(silent.map(([name]) => name)).toEqual(['endAccountGrant', 'endOwnSession', 'endOtherSessions']);
  });

  it('an endpoint works in an organization exactly where its path has one', () => {
    const spec = {
      method: 'GET',
      summary: 's',
      tag: 't',
      permission: { none: 'a test' },
      audit: { none: 'a test' },
    } as const;
    const outside = defineEndpoint({ ...spec, path: '/x', params: z.object({}) });
    const inside = defineEndpoint({ ...spec, path: '/organizations/:organization/x', params: OrganizationParams });
    const nothing = async () => undefined;
    expect(() => outside.inTransaction(nothing)).toThrow('GET /x has no organization');
    expect(() => inside.personal(nothing)).toThrow('GET /organizations/:organization/x has an organization');
    expect([outside.personal(nothing).work.kind, inside.inTransaction(nothing).work.kind]).toEqual([
      'personal',
      'organization',
    ]);
  });

  it('every reference of the API document resolves', () => {
    const document = renderOpenApi(ENDPOINTS, API_VERSION);
    const schemas = document.components.schemas as Record<string, unknown>;
    const names = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name ?? '',
    );
    expect([...new Set(names)].filter((name) => !(name in schemas))).toEqual([]);
  });
});
