/** `patchbay doctor` at a platform, at servers of others, and at servers that lead elsewhere. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { consentingPerson, echoVersion, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { afterAll, expect } from 'vitest';
import { ownDirectory, runCli, startCli } from './run-cli.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'no sandboxes here');

const here = withPlatform({}, async (platform) => {
  const acme = await platform.given.organization('acme');
  await platform.given.live(acme, 'echo', echoVersion('one'));
  const mia = await consentingPerson(platform, platform.origin, {
    organizationId: acme.id,
    email: 'mia@people.example',
  });
  return { mia, url: `${platform.origin}/acme/echo/mcp` };
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Answers by path; everything else is 404. */
async function serve(
  answers: (origin: string) => Readonly<Record<string, [number, object, object?]>>,
): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body, headers] = answers(origin)[(request.url ?? '').split('?', 1).join('')] ?? [404, {}];
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return origin;
}

describe('patchbay doctor', () => {
  it.each([
    ['what is no URL', ['weather']],
    ['another scheme', ['ftp://example.com/mcp']],
    ['a URL with a password', ['https://a:b@example.com/mcp']],
    ['a way that does not exist', ['https://example.com/mcp', '--way', 'magic']],
    ['the way static without a client', ['https://example.com/mcp', '--way', 'static']],
  ])('refuses %s as an invalid command line', async (_what, args) => {
    const run = await runCli(['doctor', ...args, '--json'], { cwd: await ownDirectory() });
    expect([run.code, run.stdout, JSON.parse(run.stderr).error.code]).toEqual([2, '', 'cli.usage']);
  });

  it('names the failing step of a server first, with its fix, and ends with 1', async () => {
    const origin = await serve(() => ({ '/mcp': [401, {}, { 'www-authenticate': 'Bearer realm="x"' }] }));
    const run = await runCli(['doctor', `${origin}/mcp`], { cwd: await ownDirectory() });
    expect(run.code).toBe(1);
    const report = run.stdout.slice(run.stdout.indexOf('The first failing step'));
    expect(report.split('\n').slice(0, 4).join('\n')).toMatch(
      /^The first failing step at .*\/mcp:\n\n {2}Step {6}Without a token it asks for one\n {2}Received {2}Bearer realm="x"/,
    );
    expect(report).toMatch(/Do {8}Add `resource_metadata`/);
    expect(report).toMatch(/Source {4}github\.com\/anthropics\/claude-code\/issues\/61376 \(observed/);
  });

  it('asks no host that a server names without the person, and asks it with --allow-host', async () => {
    const seen: string[] = [];
    const third = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(third, 'listening');
    servers.push(third);
    const host = `127.0.0.1:${(third.address() as AddressInfo).port}`;
    const origin = await serve((own) => ({
      '/mcp': [401, {}, { 'www-authenticate': `Bearer resource_metadata="http://${host}/document"` }],
      '/.well-known/oauth-protected-resource/mcp': [
        200,
        { resource: `${own}/mcp`, authorization_servers: [`http://${host}`] },
      ],
    }));
    const cwd = await ownDirectory();
    const kept = await runCli(['doctor', `${origin}/mcp`, '--json'], { cwd });
    expect(seen).toEqual([]);
    const { steps, requests } = JSON.parse(kept.stdout);
    expect(steps.at(-1)).toMatchObject({
      step: 'resource',
      state: 'not_tried',
      because: expect.stringContaining(host),
    });
    expect(Object.keys(requests)).toEqual([new URL(origin).host]);
    await runCli(['doctor', `${origin}/mcp`, '--json', '--allow-host', host], { cwd });
    expect(seen).toContain('/document');
  });

  it('connects with a person’s sign-in, prints no code and no token, and ends with 0', async () => {
    const child = startCli(['doctor', here.url, '--sign-in', '--json'], { cwd: await ownDirectory() });
    child.stdin.end();
    const codes: string[] = [];
    const shown: string[] = [];
    const signIns = (async () => {
      for await (const line of createInterface({ input: child.stderr })) {
        shown.push(line);
        const [url] = /http\S+\/authorize\S+/.exec(line) ?? [];
        if (url === undefined) continue;
        const callback = await here.mia.allow(new URL(url));
        codes.push(callback.searchParams.get('code') ?? '');
        await fetch(callback);
      }
    })();
    const [stdout, [code]] = await Promise.all([readText(child.stdout), once(child, 'close'), signIns]);
    expect([code, codes.length], `${shown.join('\n')}${stdout}`).toEqual([0, 2]);
    const report = JSON.parse(stdout);
    expect(report.first).toBeNull();
    expect(new Set(report.matrix.map(({ state }: { state: string }) => state))).toEqual(new Set(['connects']));
    for (const secret of codes) expect(stdout + shown.join('\n')).not.toContain(secret);
    expect(stdout).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
  });
});
