import type pg from 'pg';

/**
 * Keeps a lost connection from ending the process. pg reports a loss twice: to the statement that is running, and as an
 * `error` event of the client, which has no listener while a client is checked out of the pool; an `error` event
 * without a listener is an uncaught exception. The pool drops a client that lost its connection by itself, when it is
 * idle and when it is given back.
 *
 * @param onIdleLoss called when an idle connection of the pool breaks
 */
export function surviveLostConnections(pool: pg.Pool, onIdleLoss: (error: Error) => void = () => {}): void {
  pool.on('error', onIdleLoss);
  pool.on('connect', (client) => void client.on('error', () => {}));
}
