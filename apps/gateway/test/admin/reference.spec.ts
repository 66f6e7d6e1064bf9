import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@patchbay/testing';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downloadsPlugin } from '../../src/downloads/plugin.ts';
import { Installation, ORIGIN } from './given.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.start();
});
afterAll(() => installation.close());

describe('the reference', () => {
  it('the API reference answers problems for unknown paths, and 404 for unknown error codes', async () => {
    const nothing = await installation.call('GET', '/nothing');
    expect([nothing.status, nothing.body.code]).toEqual([404, 'admin.not_found']);
    for (const page of ['admin/no_such_code', '..%2f..%2fpackage/json', 'constructor/x']) {
      expect((await installation.call('GET', `/api/docs/errors/${page}`)).status).toBe(404);
    }
  });

  it('the API document is served to every caller', async () => {
    const document = await installation.call('GET', '/openapi.json');
    expect(document.body).toMatchObject({ openapi: '3.1.0', info: { title: 'Patchbay admin API' } });
  });

  it('the API reference is a page that allows no inline script, with files of this origin alone', async () => {
    const page = await installation.call('GET', '/api/docs/');
    expect(page.status).toBe(200);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    for (const source of sources) {
      const url = new URL(source, `${ORIGIN}/api/docs/`);
      expect([source, url.origin]).toEqual([source, ORIGIN]);
      expect([source, (await installation.call('GET', url.pathname)).status]).toEqual([source, 200]);
    }
  });

  it('the type of a problem is the address of a page about its code', async () => {
    const refused = await installation.call('GET', '/me');
    const page = await installation.call('GET', new URL(refused.body.type).pathname);
    expect(page.status).toBe(200);
    for (const heading of ['What happened', 'Why', 'What to do']) expect(page.text).toContain(`<h2>${heading}</h2>`);
  });
});

describe('downloads', () => {
  it('downloads are missing until they are built, carry their integrity, and change with the file', async () => {
    const directory = path.join(await temporaryDirectory('downloads'), 'd');
    await mkdir(directory);
    const app = Fastify();
    await app.register(async (scope) => downloadsPlugin(scope, { directory, origin: ORIGIN }));
    expect((await app.inject('/-/downloads/cli.tgz')).json().code).toBe('admin.not_found');
    for (const name of ['cli.tgz', 'connector.tgz']) await writeFile(path.join(directory, name), `bytes of ${name}`);
    const first = await app.inject('/-/downloads/cli.tgz');
    expect([first.statusCode, first.body, first.headers['content-type']]).toEqual([
      200,
      'bytes of cli.tgz',
      'application/gzip',
    ]);
    const index = (await app.inject('/-/downloads/index.json')).json();
    expect(index.cli).toEqual({
      url: expect.stringMatching(/^http:\/\/localhost:4000\/-\/downloads\/[0-9a-f]{16}\/cli\.tgz$/),
      integrity: first.headers['x-integrity'],
    });
    const named = new URL(index.cli.url).pathname;
    const answer = await app.inject(named);
    expect([answer.statusCode, answer.body]).toEqual([200, 'bytes of cli.tgz']);
    expect(answer.headers['cache-control']).toContain('immutable');
    const headers = { 'if-none-match': String(first.headers.etag) };
    expect((await app.inject({ url: '/-/downloads/cli.tgz', headers })).statusCode).toBe(304);
    await writeFile(path.join(directory, 'cli.tgz'), 'other bytes, longer');
    expect((await app.inject({ url: '/-/downloads/cli.tgz', headers })).statusCode).toBe(200);
    const gone = await app.inject(named);
    expect([gone.statusCode, gone.json().code]).toEqual([404, 'admin.not_found']);
    expect(gone.json().detail).toContain(`${ORIGIN}/-/downloads/cli.tgz`);
    expect((await app.inject('/-/downloads/index.json')).json().cli.url).not.toBe(index.cli.url);
    await app.close();
  });
});
