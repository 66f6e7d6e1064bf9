import type { IncomingHttpHeaders } from 'node:http';
import {
  type Classification,
  checkMirrorHeaders,
  classifyMessage,
  type MirrorHeaders,
  type ParsedBody,
} from '@patchbay/mcp';

/**
 * One parsed body as a message, with its headers checked against it. The sandbox executes the body, so a header is
 * never trusted alone; that is why this comes before policy.
 */
export function decodeRequest(parsed: ParsedBody, headers: IncomingHttpHeaders): Classification {
  if (parsed.kind === 'fault') return parsed;
  const mirror = mirrorHeaders(headers);
  const message = classifyMessage(parsed.value, mirror);
  if (message.kind !== 'request') return message;
  return checkMirrorHeaders(message, mirror) ?? message;
}

function mirrorHeaders(headers: IncomingHttpHeaders): MirrorHeaders {
  return {
    protocolVersion: one(headers['mcp-protocol-version']),
    method: one(headers['mcp-method']),
    name: one(headers['mcp-name']),
  };
}

/** Repeated headers are joined by Node and then agree with nothing, which is right. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
