import { deleteConnector, renameConnector, updateConnector } from '@patchbay/domain/connectors';
import { endGrant, getGrant } from '@patchbay/domain/grants';
import {
  echoVersion,
  fetchAt,
  type GivenConnector,
  hasSandboxes,
  skipUnless,
  waitFor,
  withPlatform,
} from '@patchbay/testing';
import { expect } from 'vitest';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async (platform) => {
  const acme = await platform.given.organization('acme');
  const weather = await platform.given.live(acme, 'weather', echoVersion('one'));
  return { acme, weather, other: await platform.startGateway() };
});

const inside = <T>(work: Parameters<typeof here.platform.given.database.withOrganization<T>>[1]) =>
  here.platform.given.database.withOrganization({ organizationId: here.acme.id }, work);

/** The same request at each gateway. */
async function askEach(token: string, path: string, { headers, body } = legacyRequest('tools/list')) {
  const host = new URL(here.platform.origin).host;
  return Promise.all(
    [here.platform.origin, here.other.address].map((address) =>
      fetchAt(`${address}${path}`, {
        method: 'POST',
        headers: { ...headers, host, authorization: `Bearer ${token}` },
        body,
      }),
    ),
  );
}

async function statusAtEach(token: string, path = '/acme/weather/mcp'): Promise<number[]> {
  const answers = await askEach(token, path);
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.map(({ status }) => status);
}

async function expectEnd(token: string, path?: string): Promise<void> {
  await waitFor(async () => String(await statusAtEach(token, path)) === '401,401', {
    what: 'both gateways to refuse the token',
  });
}

const freshConnector = async (slug: string): Promise<GivenConnector> =>
  here.platform.given.live(here.acme, slug, echoVersion('one'));

describe('an access token at two gateways', () => {
  it('an ended grant is refused by every gateway, and no other grant is', async () => {
    const { given } = here.platform;
    const [one, two] = [
      await given.accessToken(here.weather),
      await given.accessToken(here.weather, { clientId: 'other' }),
    ];
    expect(await statusAtEach(one.token)).toEqual([200, 200]);
    await inside((tx) => endGrant(tx, here.acme.owner.actor, { id: one.grantId }));
    await expectEnd(one.token);
    expect(await statusAtEach(await one.again())).toEqual([401, 401]);
    expect(await statusAtEach(two.token)).toEqual([200, 200]);
  });

  it('a token that was sent in a URL ends its grant at every gateway, and one with another signature ends nothing', async () => {
    const [one, two] = [
      await here.platform.given.accessToken(here.weather, { clientId: 'in a URL' }),
      await here.platform.given.accessToken(here.weather, { clientId: 'forged in a URL' }),
    ];
    const send = async (token: string) => (await fetch(`${here.platform.origin}/acme/weather/mcp?x=${token}`)).status;
    const forged = `${two.token.slice(0, two.token.lastIndexOf('.'))}.${'A'.repeat(86)}`;
    expect([await send(forged), await send(encodeURIComponent(one.token))]).toEqual([400, 400]);
    await expectEnd(one.token);
    expect(await statusAtEach(await one.again())).toEqual([401, 401]);
    expect(await statusAtEach(two.token)).toEqual([200, 200]);
    const ended = await inside((tx) => getGrant(tx, one.grantId));
    expect(ended.endedBecause).toBe('revoked');
  });

  it('a stream ends at every gateway with the grant that opened it', async () => {
    const { token, grantId } = await here.platform.given.accessToken(here.weather, { clientId: 'streams' });
    const request = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const streams = await askEach(token, '/acme/weather/mcp', request);
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    const ends = streams.map((stream) => stream.text());
    await inside((tx) => endGrant(tx, here.acme.owner.actor, { id: grantId }));
    for (const text of await Promise.all(ends)) expect(text).toContain('mcp.grant_ended');
  });

  it('a member who leaves is refused at once, though their tokens have not expired', async () => {
    const { given, superuser } = here.platform;
    const member = await given.member(here.acme, 'member');
    const { token } = await given.accessToken(here.weather, { person: member });
    expect(await statusAtEach(token)).toEqual([200, 200]);
    await superuser.query('DELETE FROM identity.members WHERE person_id = $1', [member.id]);
    await expectEnd(token);
  });

  it('a token is refused once its connector takes API keys only, and accepted again after', async () => {
    const connector = await freshConnector('keyed');
    const [{ token }, key] = [
      await here.platform.given.accessToken(connector),
      await here.platform.given.apiKey(here.acme),
    ];
    const path = '/acme/keyed/mcp';
    expect([await statusAtEach(token, path), await statusAtEach(key, path)]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    await inside((tx) => updateConnector(tx, here.acme.owner.actor, connector.id, { authMode: 'api_key' }));
    await expectEnd(token, path);
    expect(await statusAtEach(key, path)).toEqual([200, 200]);
    await inside((tx) => updateConnector(tx, here.acme.owner.actor, connector.id, { authMode: 'oauth' }));
    await waitFor(async () => String(await statusAtEach(token, path)) === '200,200');
  });

  it('a token still works at the earlier name of its connector, and is refused where it was not issued', async () => {
    const connector = await freshConnector('before');
    const { token } = await here.platform.given.accessToken(connector);
    await inside((tx) => renameConnector(tx, here.acme.owner.actor, connector.id, 'after'));
    await waitFor(async () => String(await statusAtEach(token, '/acme/after/mcp')) === '401,401');
    expect(await statusAtEach(token, '/acme/before/mcp')).toEqual([200, 200]);
  });

  it('a new connector under another name accepts no token of the one before', async () => {
    const connector = await freshConnector('first');
    const { token } = await here.platform.given.accessToken(connector);
    await inside((tx) => deleteConnector(tx, here.acme.owner.actor, connector.id));
    await waitFor(async () => String(await statusAtEach(token, '/acme/first/mcp')) === '404,404');
    await freshConnector('second');
    expect(await statusAtEach(token, '/acme/second/mcp')).toEqual([401, 401]);
  });

  it('a token for the organization’s URL reaches the connectors it names, and a preview takes one of its own', async () => {
    const { given } = here.platform;
    const whole = await given.accessToken(here.acme, { connectors: [here.weather] });
    expect(await statusAtEach(whole.token, '/acme/mcp')).toEqual([200, 200]);
    expect(await statusAtEach(whole.token)).toEqual([401, 401]);
    const version = await given.publishedVersion(here.weather, { ...echoVersion('two'), activate: false });
    const preview = await given.accessToken(here.weather, { version });
    expect(await statusAtEach(preview.token, `/acme/weather@${version.number}/mcp`)).toEqual([200, 200]);
    expect(await statusAtEach(preview.token)).toEqual([401, 401]);
  });

  it('a tool answers a caller who signed in, and its connector learns who that is', async () => {
    const { token } = await here.platform.given.accessToken(here.weather, { clientId: 'caller' });
    const request = modernRequest('tools/call', { name: 'echo', arguments: { text: 'hello' } });
    for (const answer of await askEach(token, '/acme/weather/mcp', request)) {
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('hello')]);
    }
  });
});
