import type { IncomingMessage } from 'node:http';

/** Larger bodies are passed on without being read. */
export const BODY_BYTES_READ = 1024 * 1024;

/** Whether the request has a body, by its framing. @see RFC 9112 §6.3 */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The complete body; null for one that is longer than what is read, of which the rest is left. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_READ) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece: Buffer = chunk;
    bytes += piece.byteLength;
    if (bytes > BODY_BYTES_READ) return null;
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}
