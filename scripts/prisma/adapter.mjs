import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/**
 * Prisma's schema engine (WebAssembly) over `pg`. @prisma/adapter-pg 7.10.0 is made for queries; four things that the
 * engine needs are mended here. They reach into private parts of the adapter, which is why its version is pinned and
 * the drift test runs all of it.
 */

/** PostgreSQL's one-byte "char", used by the catalogues. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** Shadow databases that are still open: removed when the process ends early. */
const openShadows = new Set();

export async function closeShadows() {
  await Promise.allSettled([...openShadows].map((shadow) => shadow.dispose()));
}

/** The factory the engine asks for connections. */
export function createAdapterFactory(url) {
  // 1. The adapter opens a shadow database by setting `database` beside the configuration, but `pg` lets a
  //    `connectionString` win: the "shadow" would be the real database, and be emptied. So: separate fields, always.
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const config = { host, port, user, password, database };
  const adapter = new PrismaPg(config);
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connect: async () => mend(await adapter.connect()),
    connectToShadowDb: async () => mend(await openShadow(config)),
  };
}

/** 2. The adapter drops its shadow database while its own pool is connected to it, which PostgreSQL refuses. */
async function openShadow(config) {
  const name = `prisma_shadow_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client(config);
  await admin.connect();
  // sql: a database's name cannot be a parameter; this one is 32 hex digits
  await admin.query(`CREATE DATABASE ${name}`);
  const shadow = await new PrismaPg({ ...config, database: name }).connect();
  const endPool = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    openShadows.delete(shadow);
    await endPool();
    // sql: as above
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  };
  openShadows.add(shadow);
  return shadow;
}

function mend(connection) {
  // 3. Columns of type "char" are not mapped, and introspection ends: read them as text, and call them characters.
  connection.queryRaw = async (query) => {
    const characters = [];
    const reading = Object.create(connection, {
      performIO: {
        value: async (statement) => {
          const result = await connection.performIO(statement);
          result.fields?.forEach((field, index) => {
            if (field.dataTypeID !== CHAR_OID) return;
            field.dataTypeID = TEXT_OID;
            characters.push(index);
          });
          return result;
        },
      },
    });
    const result = await Object.getPrototypeOf(connection).queryRaw.call(reading, query);
    for (const index of characters) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  // 4. Scripts are split at every ";", also inside functions and DO blocks: send each as one.
  if (connection.executeScript) {
    connection.executeScript = async (script) => {
      try {
        await connection.client.query(script);
      } catch (error) {
        connection.onError(error);
      }
    };
  }
  if (connection.startTransaction) {
    const start = connection.startTransaction.bind(connection);
    connection.startTransaction = async (...args) => mend(await start(...args));
  }
  return connection;
}
