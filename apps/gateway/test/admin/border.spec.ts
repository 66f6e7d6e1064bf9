/** Input that cannot be stored is refused by every endpoint and form, with the path of the field. */
import { newId } from '@patchbay/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointSpec } from '../../src/admin/definition/endpoint-spec.ts';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { type Answer, Installation, PASSWORD, type SignedIn } from './given.ts';

const TABLE: readonly (readonly [string, EndpointSpec])[] = Object.entries(ENDPOINTS);
const NUL = '%00';
const LONE_SURROGATE = '\ud800';

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
let adminKey: string;

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('ours');
  adminKey = await installation.key(owner);
  await installation.call('POST', '/organizations/ours/connectors', { as: owner, body: { slug: 'weather' } });
});
afterAll(() => installation.close());

/** Values that a path of this installation can have. */
const GOOD: Readonly<Record<string, string>> = {
  organization: 'ours',
  connector: 'weather',
  group: newId('group'),
  client: newId('oauthClient'),
  number: '1',
  name: 'KEY',
};

function pathWith(endpoint: EndpointSpec, bad: string, value: string): string {
  return endpoint.path.replace(/:(\w+)/g, (_, name: string) => (name === bad ? value : (GOOD[name] ?? `${name}_1`)));
}

function send(endpoint: EndpointSpec, path: string, as: SignedIn | string): Promise<Answer> {
  const upload = endpoint.upload && {
    headers: { 'content-type': endpoint.upload.contentTypes[0] ?? '' },
    payload: Buffer.from('bytes'),
  };
  return installation.call(endpoint.method, path, { as, ...upload });
}

/** A refusal that names the place, and nothing of ours that broke. */
function expectRefused(answer: Answer, place: RegExp): void {
  expect([answer.status, answer.body?.code]).toEqual([400, 'admin.invalid_request']);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body.detail).toMatch(place);
}

const SEGMENTS = TABLE.flatMap(([id, endpoint]) =>
  [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [id, name, endpoint] as const),
);
const PARAMETERS = TABLE.flatMap(([id, endpoint]) =>
  Object.keys(endpoint.query.shape).map((name) => [id, name, endpoint] as const),
);

describe('a NUL in an address', () => {
  it.each(SEGMENTS)('%s refuses a NUL in the path parameter %s', async (_id, name, endpoint) => {
    const path = pathWith(endpoint, name, `a${NUL}b`);
    expectRefused(await send(endpoint, path, owner), new RegExp(`^params\\.${name}: `));
    const byKey = await send(endpoint, path, adminKey);
    expect(['admin.invalid_request', 'admin.permission_missing', 'admin.person_required']).toContain(byKey.body.code);
  });

  it.each(PARAMETERS)('%s refuses a NUL in the query parameter %s', async (_id, name, endpoint) => {
    const path = `${pathWith(endpoint, '', '')}?${name}=${NUL}`;
    expectRefused(await send(endpoint, path, owner), new RegExp(`^querystring\\.${name}: `));
  });

  it('a NUL within a cursor is refused, where it is wrapped in base64url', async () => {
    const cursor = Buffer.from(`${new Date().toISOString()} a\0b`).toString('base64url');
    const answer = await installation.call('GET', `/organizations/ours/audit-events?cursor=${cursor}`, { as: owner });
    expect([answer.status, answer.body.code]).toEqual([400, 'data.cursor_invalid']);
  });

  it('a NUL in a public address is answered with 404 before authentication', async () => {
    const paths = ['/-/invitations/%00', '/-/setup/%00', '/-/untrusted/%00', '/api/docs/errors/a/%00', '/api/v1/%00'];
    const statuses = [];
    for (const path of paths) statuses.push((await installation.call('GET', path)).status);
    expect(statuses).toEqual([404, 404, 404, 404, 404]);
  });
});

describe('a form', () => {
  it.each(['/-/setup/token', '/-/invitations/inv_00000000000000000000000000'])(
    'a form at %s is refused when a field holds a NUL, whichever field it is',
    async (path) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const payload of ['name=a%00b', 'password=a%00b&name=a', 'a%00b=1']) {
        const answer = await installation.call('POST', path, { headers, payload: Buffer.from(payload) });
        expectRefused(answer, /^body/);
      }
    },
  );
});

/** Operation, path, the body with the bad text, and where it is. */
const BODIES = (bad: string) =>
  [
    ['POST', '/organizations', { slug: 'new', name: `a${bad}` }, 'name'],
    ['POST', '/organizations', { slug: `a${bad}`, name: 'a' }, 'slug'],
    ['PATCH', '/organizations/ours', { name: `a${bad}` }, 'name'],
    ['POST', '/organizations/ours/connectors', { slug: 'tides', name: `a${bad}` }, 'name'],
    ['POST', '/organizations/ours/connectors', { slug: `tides${bad}` }, 'slug'],
    ['PATCH', '/organizations/ours/connectors/weather', { name: `a${bad}` }, 'name'],
    ['PUT', '/organizations/ours/connectors/weather/secrets/KEY', { value: `a${bad}` }, 'value'],
    ['POST', '/organizations/ours/api-keys', { kind: 'mcp', name: `a${bad}`, connectors: ['*'] }, 'name'],
    ['POST', '/organizations/ours/api-keys', { kind: 'mcp', name: 'a', connectors: [`a${bad}`] }, 'connectors.0'],
    ['POST', '/organizations/ours/api-keys', { kind: 'mcp', name: 'a', connectors: ['*'], scopes: [bad] }, 'scopes.0'],
    ['POST', '/organizations/ours/invitations', { email: `a${bad}@b.example` }, 'email'],
  ] as const;

describe.each([
  ['a NUL', '\0'],
  ['half of a surrogate pair', LONE_SURROGATE],
])('%s in a body', (_what, bad) => {
  it.each(BODIES(bad))('%s %s refuses a body with a text that cannot be stored', async (method, path, body, place) => {
    expectRefused(await installation.call(method, path, { as: owner, body }), new RegExp(`^body\\.${place}: `));
  });

  it('sign-up, sign-in and change of password refuse a text that cannot be stored', async () => {
    const bodies = [
      ['/api/auth/sign-up/email', { email: 'new@ours.example', password: PASSWORD, name: `a${bad}` }],
      ['/api/auth/sign-in/email', { email: `a${bad}@ours.example`, password: PASSWORD }],
      ['/api/auth/sign-in/email', { email: owner.email, password: `${PASSWORD}${bad}` }],
      ['/api/auth/change-password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}${bad}` }],
      ['/api/auth/two-factor/enable', { password: `a${bad}` }],
      ['/api/auth/organization/accept-invitation', { invitationId: `a${bad}` }],
    ] as const;
    for (const [path, body] of bodies) {
      const answer = await installation.call('POST', path, { as: owner, body });
      expect([path, answer.status, answer.body?.code]).toEqual([path, 400, 'admin.invalid_request']);
    }
  });
});

describe('an integer in a body', () => {
  it.each([2_147_483_648, 9_007_199_254_740_992, 1e21, 0, -1, 1.5, '1', null])(
    'the number of a version in a body is refused when it is %s',
    async (version) => {
      const path = '/organizations/ours/connectors/weather/deployments';
      expectRefused(await installation.call('POST', path, { as: owner, body: { version } }), /^body\.version: /);
    },
  );
});

describe('a number in an address', () => {
  it.each(['0x10', '1e1', '%201', '', '1.0', '2147483648', '99999999999999999999', 'NaN', '+1'])(
    'a number in an address is refused when it is written %s',
    async (number) => {
      const path = `/organizations/ours/connectors/weather/versions?limit=${number}`;
      expectRefused(await installation.call('GET', path, { as: owner }), /^querystring\.limit: /);
    },
  );
});

describe('a record’s id in an address', () => {
  it.each(['key_', 'con_01234567890123456789012345', 'key_0123456789012345678901234i', 'nonsense'])(
    'the id %s in an address is refused: it has not the form of an id',
    async (id) => {
      const answer = await installation.call('DELETE', `/organizations/ours/api-keys/${id}`, { as: owner });
      expectRefused(answer, /^params\.apiKey: is not an id that begins with key_/);
    },
  );
});
