import pg from 'pg';

/**
 * A pool whose connections never carry anything from a failed transaction into the next one: after a ROLLBACK or a
 * failed query the session is emptied (`DISCARD ALL`) before it goes back, or closed when even that fails.
 */
export class CleanPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | undefined {
    // The callback form is what `pool.query` uses: one statement, no transaction, nothing to empty.
    if (callback !== undefined) {
      super.connect(callback);
      return undefined;
    }
    return super.connect().then(watch);
  }
}

function watch(client: pg.PoolClient): pg.PoolClient {
  const { query, release } = client;
  let failed = false;
  const watched = (...parameters: unknown[]): unknown => {
    if (isRollback(parameters[0])) failed = true;
    const result: unknown = Reflect.apply(query, client, parameters);
    if (result instanceof Promise) {
      result.catch(() => {
        failed = true;
      });
    }
    return result;
  };
  client.query = watched as pg.PoolClient['query']; // same signatures: it only looks on
  client.release = (error) => {
    client.query = query;
    client.release = release;
    if (error || !failed) return release.call(client, error);
    client.query('DISCARD ALL').then(
      () => release.call(client),
      (reason: unknown) => release.call(client, reason instanceof Error ? reason : true),
    );
  };
  return client;
}

function isRollback(statement: unknown): boolean {
  // Either form that pg takes: the text, or an object that may carry it; read as unknown, so the cast promises nothing.
  const text = typeof statement === 'string' ? statement : (statement as { text?: unknown } | undefined)?.text;
  return typeof text === 'string' && /^\s*ROLLBACK\s*;?\s*$/i.test(text);
}
