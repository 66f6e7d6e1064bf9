/** Comments before it, one statement that builds an index beside the writers, and nothing else. */
const ONE_BUILD =
  /^(?:\s*--[^\n]*\n)*\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?<index>\w+)\s+ON\s+(?:(?<schema>\w+)\.)?\w+\s*\([^;]*?\)[^;]*;?\s*$/i;

/**
 * The name of the index that a migration consists of, or null when it is anything else. An interrupted build leaves an
 * invalid index of this name; dropped, it can be built again.
 *
 * @returns a qualified name where the migration has one; only words, so that a statement may contain it
 * @see PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently"
 */
export function indexBuiltBy(sql: string): string | null {
  const { index, schema } = ONE_BUILD.exec(sql)?.groups ?? {};
  if (index === undefined) return null;
  return schema === undefined ? index : `${schema}.${index}`;
}
