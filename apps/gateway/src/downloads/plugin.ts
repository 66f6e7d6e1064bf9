/**
 * The installation's own tools, as package tarballs. npx and npm keep what they fetched under its address, so the address
 * that `init` writes and pages show names the bytes: after an upgrade it is another one. The short address always answers
 * with what is there now.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerApiError } from '../http/api-error.ts';
import { entityTag, matchesEntityTag } from '../http/entity-tag.ts';
import type { Surface } from '../http/surface.ts';

export interface DownloadsOptions {
  /** Holds `cli.tgz` and `connector.tgz`. */
  readonly directory: string;
  readonly origin: string;
}

const FILES = ['cli.tgz', 'connector.tgz'] as const;
type DownloadName = (typeof FILES)[number];
const DIGEST_CHARACTERS = 16;

interface Download {
  readonly bytes: Buffer;
  /** Subresource integrity text, as package managers write it into lockfiles. */
  readonly integrity: string;
  /** The part of the address that names these bytes. */
  readonly digest: string;
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
    const download = readFile(path).then((bytes) => {
      const sha512 = createHash('sha512').update(bytes).digest();
      return {
        bytes,
        integrity: `sha512-${sha512.toString('base64')}`,
        digest: sha512.toString('hex').slice(0, DIGEST_CHARACTERS),
        tag: entityTag(bytes.toString('latin1')),
      };
    });
    this.#loaded.set(name, { stamp, download });
    download.catch(() => this.#loaded.delete(name));
    return download;
  }
}

/** The surface of the downloads; none without a directory. */
export function downloadsSurface(options: {
  readonly downloadsDirectory: string | undefined;
  readonly origin: string;
}): Surface[] {
  const { downloadsDirectory: directory, origin } = options;
  if (directory === undefined) return [];
  return [{ name: 'downloads', register: (app) => downloadsPlugin(app, { directory, origin }) }];
}

export async function downloadsPlugin(app: FastifyInstance, { directory, origin }: DownloadsOptions) {
  const cache = new DownloadCache(directory);
  app.setErrorHandler((error, request, reply) => answerApiError(error, request, reply, origin));

  for (const name of FILES) {
    app.get(`/-/downloads/${name}`, async (request, reply) => {
      reply.header('cache-control', 'public, no-cache');
      return send(request, reply, { name, ...(await cache.get(name)) });
    });

    app.get<{ Params: { digest: string } }>(`/-/downloads/:digest/${name}`, async (request, reply) => {
      const download = await cache.get(name);
      if (request.params.digest !== download.digest) {
        const detail = `This installation serves another ${name} by now. Its present one: ${origin}/-/downloads/${name}`;
        throw new AppError('admin.not_found', { detail });
      }
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      return send(request, reply, { name, ...download });
    });
  }

  /** The tarballs that `init` writes into a new project. */
  app.get('/-/downloads/index.json', async (_request, reply) => {
    const entries = await Promise.all(
      FILES.map(async (name) => {
        const { integrity, digest } = await cache.get(name);
        return [name.replace('.tgz', ''), { url: `${origin}/-/downloads/${digest}/${name}`, integrity }] as const;
      }),
    );
    return reply.header('cache-control', 'no-cache').send(Object.fromEntries(entries));
  });
}

function send(request: FastifyRequest, reply: FastifyReply, download: Download & { readonly name: string }) {
  const { name, bytes, integrity, tag } = download;
  reply.headers({
    etag: tag,
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${name}"`,
    'x-integrity': integrity,
    // @see RFC 9530 §3
    'repr-digest': `sha-512=:${integrity.slice('sha512-'.length)}:`,
  });
  if (matchesEntityTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/gzip').send(bytes);
}
