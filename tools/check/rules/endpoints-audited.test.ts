import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { endpointsAudited } from './endpoints-audited.ts';

describe('endpoints-audited', () => {
  const at = 'apps/gateway/src/admin/endpoints/connectors.ts';

  it('refuses an endpoint without permission or audit, and a route beside the table', async () => {
    const text = "export const list = defineEndpoint({ method: 'GET', path: '/x' });\napp.get('/y', async () => 1);";
    expect(await objections(endpointsAudited, { [at]: text })).toEqual([
      `${at}:1 the endpoint declares no permission`,
      `${at}:1 the endpoint declares no audit`,
      `${at}:2 a bare route has no permission and no audit; use defineEndpoint`,
    ]);
  });

  it('accepts an endpoint that declares a permission and an audit', async () => {
    const text = "defineEndpoint({ method: 'GET', path: '/x', permission: 'a:read', audit: { none: 'a read' } });";
    expect(await objections(endpointsAudited, { [at]: text })).toEqual([]);
  });
});
