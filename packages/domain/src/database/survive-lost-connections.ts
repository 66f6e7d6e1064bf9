import type pg from 'pg';

/**
 * Keeps a lost connection from ending the process. pg reports a loss twice: to the statement that is running, and as an
 * `error` event of the client, which nothing listens to from the time the pool hands a client out until it has it back;
 * an `error` event without a listener is an uncaught exception. The pool drops a client that lost its connection by
 * itself, when it is idle and when it is given back.
 *
 * @param onIdleLoss what the pool says when a connection breaks that nothing used
 */
export function surviveLostConnections(pool: pg.Pool, onIdleLoss: (error: Error) => void = () => {}): void {
  pool.on('error', onIdleLoss);
  pool.on('connect', (client) => void client.on('error', () => {}));
}
