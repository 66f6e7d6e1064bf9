import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Files, packed } from './given-deploys.ts';

export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Without package.json, which is made of name, version and manifest. */
  readonly files: Files;
}

interface Stored {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly tarball: Buffer;
  readonly integrity: string;
}

/** The part of the npm registry's interface that installs use: abbreviated packuments and tarballs, on loopback. */
export async function startRegistry(packages: readonly PublishedPackage[]) {
  const stored = new Map<string, Stored>();
  for (const { name, version, manifest: more = {}, files } of packages) {
    const manifest = { name, version, ...more };
    const inFolder = Object.entries({ 'package.json': JSON.stringify(manifest), ...files });
    const tarball = await packed(Object.fromEntries(inFolder.map(([file, text]) => [`package/${file}`, text])));
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    stored.set(`${name}@${version}`, { manifest, tarball, integrity });
  }
  const requests: string[] = [];
  const behaviour = { delayMs: 0, stalls: false };

  function packument(name: string): unknown {
    const own = [...stored.values()].filter(({ manifest }) => manifest.name === name);
    if (own.length === 0) return null;
    const versions = own.map(({ manifest, integrity }) => {
      const version = String(manifest.version);
      const { scripts, ...rest } = manifest;
      const dist = { integrity, tarball: tarballUrl(name, version) };
      return [version, { ...rest, ...(scripts !== undefined && { hasInstallScript: true }), dist }];
    });
    return { name, 'dist-tags': { latest: own.at(-1)?.manifest.version }, versions: Object.fromEntries(versions) };
  }

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    requests.push(path);
    if (behaviour.stalls) return;
    await delay(behaviour.delayMs);
    const [, name, version] = /^(.+)\/-\/[^/]+?-(\d.*)\.tgz$/.exec(path) ?? [];
    if (name === undefined) return answerJson(response, packument(path));
    const found = stored.get(`${name}@${version}`);
    if (found === undefined) return answerJson(response, null);
    const headers = { 'content-type': 'application/octet-stream', 'last-modified': 'Tue, 01 Jul 2025 10:00:00 GMT' };
    response.writeHead(200, headers).end(found.tarball);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const tarballUrl = (name: string, version: string) => `${origin}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;

  return {
    origin,
    /** Paths in the order they were asked for. */
    requests,
    behaviour,
    tarballUrl,
    integrity: (id: string) => stored.get(id)?.integrity ?? '',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type RegistryStandIn = Awaited<ReturnType<typeof startRegistry>>;

function answerJson(response: ServerResponse, body: unknown): void {
  const type = 'application/vnd.npm.install-v1+json';
  if (body === null) response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
  else response.writeHead(200, { 'content-type': type }).end(JSON.stringify(body));
}
