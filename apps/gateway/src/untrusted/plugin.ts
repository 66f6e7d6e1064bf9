/**
 * Serves untrusted bytes on the public origin without giving them any of its rights: an opaque origin by response
 * header even when opened as a page of its own, no cookie read or set, no sniffing, always as a download.
 */
import { AppError } from '@patchbay/foundation';
import type { FastifyInstance } from 'fastify';
import { answerApiError } from '../http/api-error.ts';
import type { OneTimeFiles } from './one-time-files.ts';

export interface UntrustedOptions {
  readonly files: OneTimeFiles;
  readonly origin: string;
}

const CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

export async function untrustedPlugin(app: FastifyInstance, { files, origin }: UntrustedOptions) {
  app.setErrorHandler((error, request, reply) => answerApiError(error, request, reply, origin));

  app.get<{ Params: { id: string } }>('/-/untrusted/:id', async (request, reply) => {
    const taken = await files.take(request.params.id);
    if (!taken) throw new AppError('admin.download_gone');
    const { file, bytes } = taken;
    return reply
      .headers({
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'content-disposition': attachment(file.fileName),
      })
      .type(file.contentType)
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
}

/** @see RFC 6266 §4.3; the plain form is ASCII, the extended one holds the rest */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
