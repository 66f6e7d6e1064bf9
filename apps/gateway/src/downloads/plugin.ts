/** The installation's own tools, as package tarballs: what `npx --yes ORIGIN/-/downloads/cli.tgz` fetches. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@patchbay/foundation';
import type { FastifyInstance } from 'fastify';
import { entityTag, matchesEntityTag } from '../admin/entity-tag.ts';
import { sendProblem } from '../admin/render-error.ts';

export interface DownloadsOptions {
  /** Holds `cli.tgz` and `connector.tgz`. */
  readonly directory: string;
  readonly origin: string;
}

const FILES = ['cli.tgz', 'connector.tgz'] as const;
type DownloadName = (typeof FILES)[number];

interface Download {
  readonly bytes: Buffer;
  /** Subresource integrity text, as package managers write it into lockfiles. */
  readonly integrity: string;
  readonly tag: string;
}

/** Reads a file once per change, so that thousands of downloads read the disk once. */
class DownloadCache {
  readonly #directory: string;
  readonly #loaded = new Map<string, { stamp: string; download: Promise<Download> }>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws AppError `admin.not_found` when the installation was built without its tools */
  async get(name: DownloadName): Promise<Download> {
    const path = join(this.#directory, name);
    const found = await stat(path).catch(() => null);
    if (!found) throw new AppError('admin.not_found', { internal: `${path} is missing` });
    const stamp = `${found.size}-${found.mtimeMs}`;
    const loaded = this.#loaded.get(name);
    if (loaded?.stamp === stamp) return loaded.download;
    const download = readFile(path).then((bytes) => ({
      bytes,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      tag: entityTag(bytes.toString('latin1')),
    }));
    this.#loaded.set(name, { stamp, download });
    download.catch(() => this.#loaded.delete(name));
    return download;
  }
}

export async function downloadsPlugin(app: FastifyInstance, { directory, origin }: DownloadsOptions) {
  const cache = new DownloadCache(directory);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, origin));

  for (const name of FILES) {
    app.get(`/-/downloads/${name}`, async (request, reply) => {
      const { bytes, integrity, tag } = await cache.get(name);
      reply.headers({
        etag: tag,
        'cache-control': 'public, no-cache',
        'x-content-type-options': 'nosniff',
        'content-disposition': `attachment; filename="${name}"`,
        'x-integrity': integrity,
        // @see RFC 9530 §3
        'repr-digest': `sha-512=:${integrity.slice('sha512-'.length)}:`,
      });
      if (matchesEntityTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
      return reply.type('application/gzip').send(bytes);
    });
  }

  /** What `init` writes into a new project. */
  app.get('/-/downloads/index.json', async (_request, reply) => {
    const entries = await Promise.all(
      FILES.map(async (name) => {
        const { integrity } = await cache.get(name);
        return [name.replace('.tgz', ''), { url: `${origin}/-/downloads/${name}`, integrity }] as const;
      }),
    );
    return reply.header('cache-control', 'no-cache').send(Object.fromEntries(entries));
  });
}
