import pg from 'pg';
import { vi } from 'vitest';

/**
 * Texts of the queries that run meanwhile at the database of that URL, without the feed's own heartbeat and poll, and
 * without those of other files: a platform that they share may run in this process too.
 */
export async function queriesAt(url: string, work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const ownPort = Number(new URL(url).port);
  const original = pg.Client.prototype.query;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...given: unknown[]
  ) {
    const { application_name: name, port } = (
      this as unknown as { connectionParameters: { application_name?: string; port: number } }
    ).connectionParameters; // what pg keeps and its types leave out
    const text = typeof given[0] === 'string' ? given[0] : (given[0] as { text?: string }).text;
    if (name !== 'patchbay-changes' && port === ownPort) texts.push(text ?? '');
    return Reflect.apply(original, this, given);
  });
  await work();
  spy.mockRestore();
  return texts;
}
