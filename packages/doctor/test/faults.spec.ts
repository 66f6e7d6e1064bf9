/** Every fault is injected before a sound server, and the Doctor names exactly its rule first. */
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issueCertificate } from '@patchbay/embedded/certificates';
import { consentingPerson, echoVersion, freePort, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { afterAll, expect } from 'vitest';
import { diagnose } from '../src/diagnose.ts';
import { RULES, type RuleId, ruleOf } from '../src/rules/index.ts';
import { DISCOVERY_FAULTS } from './faults/discovery-faults.ts';
import type { Fault } from './faults/fault.ts';
import { FAULTS_HEADER, FaultProxy, RUN_HEADER } from './faults/fault-proxy.ts';
import { PROTOCOL_FAULTS } from './faults/protocol-faults.ts';
import { SIGN_IN_FAULTS } from './faults/sign-in-faults.ts';

const FAULTS = [...DISCOVERY_FAULTS, ...SIGN_IN_FAULTS, ...PROTOCOL_FAULTS];
const { describe, it } = skipUnless(hasSandboxes(), 'no sandboxes here');

let proxy: FaultProxy | undefined;
const port = await freePort();
const origin = `http://localhost:${port}`;
const environment = { PATCHBAY_ORIGIN: origin, PATCHBAY_TRUSTED_PROXIES: '127.0.0.1,::1' };

const here = withPlatform({ environment }, async (platform) => {
  proxy = await FaultProxy.listen(port, FAULTS);
  proxy.target = platform.origin;
  const acme = await platform.given.organization('acme');
  await platform.given.live(acme, 'echo', echoVersion('one'));
  const mia = await consentingPerson(platform, origin, { organizationId: acme.id, email: 'mia@people.example' });
  return { mia, url: new URL(`${origin}/acme/echo/mcp`) };
});
afterAll(() => proxy?.close());

const REDIRECT = 'http://localhost:43117/callback';
let runs = 0;

/** Steps before a person signs in. */
const EARLY = /^(reach|challenge|resource|server|register)\./;

/**
 * The sequence with these faults, and with bounds that no sound answer comes near; without a person where the faults come
 * before one is needed.
 */
function run(faults: readonly Fault[]) {
  runs += 1;
  const marks = {
    [FAULTS_HEADER]: faults.map(({ name }) => encodeURIComponent(name)).join(),
    [RUN_HEADER]: String(runs),
  };
  const send = (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...(init.headers as object), ...marks } });
  const isEarly = faults.length > 0 && faults.every(({ rule }) => EARLY.test(rule));
  const silent = faults.some(({ change }) => change === 'silent');
  return diagnose(here.url, {
    fetch: send,
    person: isEarly ? null : { redirectUri: REDIRECT, signIn: (url) => here.mia.allow(url, send) },
    ways: faults[0]?.ways ?? ['dcr'],
    allowHost: async () => false,
    pause: async () => {},
    ...(silent && { bounds: { initializeMs: 5_000, tokenMs: 5_000 } }),
  });
}

describe('the Doctor', () => {
  it('has no finding at a connector of ours in any way of registration, and calls its tool in both revisions', async () => {
    const seen: string[] = [];
    const report = await diagnose(here.url, {
      fetch,
      person: { redirectUri: REDIRECT, signIn: (url) => here.mia.allow(url) },
      ways: ['cimd', 'dcr', 'dcr-confidential'],
      allowHost: async () => false,
      onStep: ({ step, way }, result) => {
        if (result !== null) seen.push(`${step} ${way ?? ''}`.trim());
      },
    });
    expect([...report.findings.filter(({ severity }) => severity !== 'note'), ...report.directory]).toEqual([]);
    expect([report.first, report.ok]).toEqual([null, true]);
    expect(report.steps.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect(new Set(report.matrix.map(({ state }) => state))).toEqual(new Set(['connects']));
    expect(report.matrix).toHaveLength(3 * 2 * 5);
    expect(seen.slice(0, 4)).toEqual(['reach', 'challenge', 'resource', 'server']);
    expect(seen.filter((one) => one.startsWith('call'))).toHaveLength(6);
  });

  it.concurrent.for(FAULTS)('names $rule at a server with $name', async (fault, { expect }) => {
    const report = await run([fault]);
    const [first] = [...report.findings, ...report.directory].filter(({ severity }) => severity !== 'note');
    expect(first?.rule).toBe(fault.rule);
    expect(report.steps.find(({ state }) => state === 'failed' || state === 'warned')?.step).toBe(
      fault.rule.split('.', 1)[0],
    );
    if (first?.severity === 'fail') expect(report.first?.rule).toBe(fault.rule);
  });

  /** Each pair is of two steps, the earlier one first. */
  const PAIRS: readonly (readonly [string, string])[] = [
    ['reach.redirect', 'server.s256'],
    ['reach.get', 'challenge.relative'],
    ['challenge.bad-token', 'resource.mismatch'],
    ['challenge.no-resource-metadata', 'token.audience'],
    ['resource.content-type', 'server.issuer'],
    ['server.s256', 'register.twice'],
    ['server.content-type', 'initialize.server-error'],
    ['register.unknown-client', 'authorize.callback'],
    ['authorize.callback', 'refresh.parallel'],
    ['authorize.iss', 'token.refused'],
    ['token.audience', 'discover.invalid'],
    ['token.content-type', 'call.failed'],
    ['refresh.parallel', 'lists.stream'],
    ['discover.refused', 'initialize.refused'],
    ['initialize.notification', 'session.get'],
    ['lists.invalid', 'session.delete'],
    ['call.failed', 'cors.preflight'],
  ];
  it.concurrent.for(PAIRS)(
    'names %s first at a server that breaks %s too',
    { timeout: 60_000 },
    async (rules, { expect }) => {
      const faults = rules
        .map((rule) => FAULTS.find((fault) => fault.rule === rule))
        .filter((one) => one !== undefined);
      expect(faults).toHaveLength(2);
      expect((await run(faults)).first?.rule).toBe(rules[0]);
    },
  );

  it('names the certificate that is not accepted, and a port at which nothing listens', async () => {
    const validity = { from: new Date(Date.now() - 3_600_000), until: new Date(Date.now() + 3_600_000) };
    const authority = await createAuthority(validity);
    const { certificate, key } = await issueCertificate(authority, { uri: 'urn:doctor', usage: 'server' }, validity);
    const server = createTlsServer({ cert: certificate, key: key.reveal() }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // It listens on a port.
    const { port: listening } = server.address() as AddressInfo;
    const bare = { fetch, person: null, allowHost: async () => false };
    const report = await diagnose(new URL(`https://127.0.0.1:${listening}/mcp`), bare);
    expect(report.first).toMatchObject({ rule: 'reach.certificate', step: 'reach' });
    server.close();
    await once(server, 'close');
    const gone = await diagnose(new URL(`http://127.0.0.1:${listening}/mcp`), bare);
    expect(gone.first?.rule).toBe('reach.unreachable');
    expect(new Set(gone.matrix.map(({ state }) => state))).toEqual(new Set(['fails']));
  });
});

describe('the faults', () => {
  it('cover every rule of the Doctor but those of the URL alone, and those that are no finding', () => {
    const injected = new Set(FAULTS.map(({ rule }) => rule));
    const others = Object.keys(RULES).filter((rule) => !injected.has(rule));
    expect(others.filter((rule) => ruleOf(rule as RuleId).severity !== 'note').sort()).toEqual([
      'reach.certificate',
      'reach.plain-http',
      'reach.port',
      'reach.unreachable',
    ]);
  });
});
