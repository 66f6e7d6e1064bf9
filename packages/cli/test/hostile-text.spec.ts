/** Untrusted text, through the real program to a terminal: log lines, deploy logs, tool answers. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ownDirectory, runCli } from './run-cli.ts';

/** Every byte, OSC 52, a title, C1, direction marks, separators, and a line that looks like another line of the log. */
const HOSTILE = [
  Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join(''),
  '\u001b]52;c;aGk=\u0007\u001b]0;title\u0007\u009b2J\u202egnp.exe\u2066\u2028\u2029\ufeff\u200b',
  '12:00:00.000 error everything is lost req_forged',
].join('');
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

async function installationSaying(answer: RequestListener) {
  const server = createServer(answer).listen(0);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number }; // listening on a port
  return { PATCHBAY_ORIGIN: `http://localhost:${port}`, PATCHBAY_API_KEY: 'x', PATCHBAY_ORGANIZATION: 'acme' };
}

const line = (id: string, text: string) => ({
  id,
  at: '2026-11-21T12:00:00.000Z',
  level: 'info',
  source: 'connector',
  text,
  requestId: 'req_1',
  versionNumber: 1,
  hidden: false,
});

describe('patchbay logs', () => {
  const items = [line('1', HOSTILE), line('2', 'after')];
  const serve: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items, nextCursor: '2' }));
  };

  it('prints a log line with every byte escaped, so that a terminal obeys none of them', async () => {
    const environment = await installationSaying(serve);
    const run = await runCli(['logs', 'weather'], { cwd: await ownDirectory(), environment });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).not.toMatch(OBEYED);
    expect(run.stdout).toContain('\\u{1b}]52;c;aGk=\\u{7}');
    expect(run.stdout).toContain('\\u{202e}gnp.exe');
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it('prints one JSON line per log line with --json, which reads back unchanged', async () => {
    const environment = await installationSaying(serve);
    const run = await runCli(['logs', 'weather', '--json'], { cwd: await ownDirectory(), environment });
    expect(run.stdout).not.toMatch(OBEYED);
    expect(
      run.stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual(items);
  });
});

it('a printed error of an installation holds nothing that a terminal obeys', async () => {
  const environment = await installationSaying((_request, response) => {
    const problem = { type: 'about:blank', title: HOSTILE, status: 400, detail: HOSTILE, code: 'x.y', hint: HOSTILE };
    response.writeHead(400, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ ...problem, requestId: HOSTILE }));
  });
  for (const flags of [[], ['--json']]) {
    const run = await runCli(['whoami', ...flags], { cwd: await ownDirectory(), environment });
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).not.toMatch(OBEYED);
  }
});
