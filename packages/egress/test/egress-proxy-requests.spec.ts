import { beforeEach, describe, expect, it } from 'vitest';
import { HOST } from './given-grant.ts';
import { withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();

describe('header injection and request smuggling', () => {
  beforeEach(() => here.start());

  it.each([
    ['Host', 'evil.example'],
    ['Connection', 'x-secret'],
    ['Proxy-Authorization', 'Basic x'],
    ['Proxy-Connection', 'keep-alive'],
    ['Patchbay-Token', 'x'],
    ['TE', 'trailers'],
    ['Keep-Alive', 'timeout=1'],
  ])('the egress proxy refuses the request header %s', async (name, value) => {
    expect(await here.ask(here.at('/'), { [name]: value })).toMatchObject({
      status: 400,
      body: expect.stringContaining('egress.header_refused'),
    });
    expect(here.seen).toEqual([]);
    expect(here.refusals[0]).toMatch(/egress\.header_refused: /);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunked that is not the last coding', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: b\r\n folded: c\r\n\r\n'],
    ['a space before the colon', 'X-A : b\r\n\r\n'],
    ['a bare line feed in a value', 'X-A: b\nX-Evil: c\r\n\r\n'],
    ['a null byte in a value', 'X-A: b\0c\r\n\r\n'],
    ['a trailer', 'Trailer: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'],
    ['a length that is no number', 'Content-Length: 5a\r\n\r\nhello'],
  ])('the egress proxy refuses a request with %s', async (_what, rest) => {
    const answer = await here.raw(`POST ${here.at('/')} HTTP/1.1\r\nHost: egress\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(here.seen).toEqual([]);
  });

  it('the egress proxy frames a body whatever the method, so that its bytes are no second request', async () => {
    const hidden = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    await here.raw(
      `GET ${here.at('/outer')} HTTP/1.1\r\nHost: egress\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    );
    expect(here.seen.map(({ url, body }) => [url, body])).toEqual([['/outer', hidden]]);
  });

  it.each(['/relative', '*', 'ftp://api.upstream.example/', 'https://user:pass@api.upstream.example/'])(
    'the egress proxy refuses the request target %s',
    async (target) => {
      expect(await here.raw(`GET ${target} HTTP/1.1\r\nHost: egress\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 400 /,
      );
    },
  );

  it('the egress proxy refuses TRACE and protocol upgrades', async () => {
    expect(await here.ask(here.at('/'), {}, 'TRACE')).toMatchObject({ status: 400 });
    const upgrade = `GET ${here.at('/')} HTTP/1.1\r\nHost: egress\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`;
    expect(await here.raw(upgrade)).toMatch(/^HTTP\/1\.1 400 /);
    expect(here.seen).toEqual([]);
  });
});

describe('where a request may go', () => {
  it('refuses plain http, every spelling of the platform’s own name, and names of internal addresses', async () => {
    await here.start({ platformHosts: new Set(['inside.example']) });
    expect(await here.ask(`http://inside.example:${here.port}/`)).toMatchObject({
      status: 403,
      body: expect.stringContaining('own name'),
    });
    expect(await here.ask(`https://INSIDE.example.:${here.port}/`)).toMatchObject({ status: 403 });
    expect(await here.ask(here.at('/', 'x.wild.example'))).toMatchObject({
      status: 403,
      body: expect.stringMatching(/loopback|own address/),
    });
    expect(here.refusals).toHaveLength(3);
    await here.stop();
    await here.start({ resolver: async () => ['93.184.216.34'], trustedHosts: new Set() });
    expect(await here.ask(`http://${HOST}:${here.port}/`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('use https'),
    });
  });

  it('the proxy resolves a name once and connects to that address, whatever the next answer would be', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    await here.start({ resolver: async () => answers[asked++] ?? [] });
    expect(await here.ask(here.at('/'))).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
  });

  it('the egress proxy checks the second answer of a rebinding name as it did the first', async () => {
    const answers = [['93.184.216.34', '10.0.0.1'], ['169.254.169.254']];
    await here.start({ trustedHosts: new Set(), resolver: async () => answers.shift() ?? [] });
    expect([(await here.ask(here.at('/'))).status, (await here.ask(here.at('/'))).status]).toEqual([403, 403]);
  });
});
