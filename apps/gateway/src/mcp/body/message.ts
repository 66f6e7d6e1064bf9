import { AppError } from '@patchbay/foundation';
import { type Classification, checkMirrorHeaders, classifyMessage, LARGE_BODY_BYTES, parseBody } from '@patchbay/mcp';
import type { RequestHead } from '../context/request-head.ts';
import type { ParsePool } from './parse-pool.ts';
import { BODY_LIMITS, readBody } from './read-body.ts';

/**
 * The body as one message, with the headers checked against it; what is no message is a fault to answer. The sandbox
 * executes the body, so a header is never trusted alone; that is why this comes before policy.
 *
 * @param nameMembers of each method that has one, the member of `params` that `Mcp-Name` mirrors
 * @throws AppError edge.unsupported_media_type, edge.body_too_large, edge.body_timeout, edge.bad_body, limits.large_bodies
 */
export async function readMessage(
  pool: ParsePool,
  head: RequestHead,
  organizationId: string,
  nameMembers: Readonly<Record<string, string>>,
): Promise<Classification> {
  if (!head.isJson) throw new AppError('edge.unsupported_media_type');
  const bytes = await readBody(head.body, BODY_LIMITS);
  // Small bodies at once, large ones on a thread of the pool.
  const parsed = bytes.byteLength < LARGE_BODY_BYTES ? parseBody(bytes) : await pool.parse(organizationId, bytes);
  if (parsed.kind === 'fault') return parsed;
  const mirror = {
    protocolVersion: head.header('mcp-protocol-version'),
    method: head.header('mcp-method'),
    name: head.header('mcp-name'),
  };
  const message = classifyMessage(parsed.value, mirror, nameMembers);
  return message.kind === 'request' ? (checkMirrorHeaders(message, mirror) ?? message) : message;
}
