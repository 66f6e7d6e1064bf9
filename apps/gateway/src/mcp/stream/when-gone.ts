import type { ServerResponse } from 'node:http';

/**
 * Acts once the response cannot reach its client any more. `close` is emitted only once: a client that hung up while
 * something was looked up is gone already, and what is opened for it now would never be closed.
 */
export function whenGone(response: ServerResponse, act: () => void): void {
  if (response.destroyed) act();
  else response.once('close', act);
}
