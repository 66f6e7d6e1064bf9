import { describe, expect, it } from 'vitest';
import { mayAskForAdminApi } from './command-line.ts';

describe('mayAskForAdminApi', () => {
  it.each([
    ['a registered client', { clientId: 'dcr_x' }],
    ['a client of a metadata document', { clientId: 'https://patchbay-cli/' }],
    ['a client that calls itself one for the admin API', { clientId: 'dcr_x', admin_api: true }],
    ['a client of an organization for its connectors', { clientId: 'ocl_x', organization_id: 'org_x' }],
    ['another spelling of the command line', { clientId: 'Patchbay-CLI' }],
  ])('%s may not ask for the admin API', (_what, client) => {
    expect(mayAskForAdminApi(client)).toBe(false);
  });

  it('the command line and a client that an owner made for it may ask for the admin API', () => {
    expect(mayAskForAdminApi({ clientId: 'patchbay-cli' })).toBe(true);
    expect(mayAskForAdminApi({ clientId: 'ocl_x', organization_id: 'org_x', admin_api: true })).toBe(true);
  });
});
