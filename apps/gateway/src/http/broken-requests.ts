import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, newId } from '@patchbay/foundation';
import { PROBLEM_TYPE, renderProblem } from './render-problem.ts';

/** A request that Node's HTTP parser gave up, as an error of ours. */
export function brokenRequestError(cause: NodeJS.ErrnoException): AppError {
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('edge.headers_too_large', { cause });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('edge.request_timeout', { cause });
    default:
      return new AppError('edge.malformed_request', { cause, internal: cause.code ?? 'unknown' });
  }
}

/**
 * Answers on the bare connection, since there is no request to answer, and closes it: the following bytes cannot be
 * separated from the malformed ones. The answer repeats nothing of the request.
 *
 * @see RFC 9112 section 2.2
 */
export function createBrokenRequestHandler(origin: string): (cause: NodeJS.ErrnoException, socket: Socket) => void {
  return (cause, socket) => {
    if (cause.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const error = brokenRequestError(cause);
    const { status } = error.spec;
    const body = JSON.stringify(renderProblem(error, newId('request'), origin));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}
