#!/usr/bin/env node
/**
 * Replaces Prisma's native schema engine (PRISMA_SCHEMA_ENGINE_BINARY): speaks its JSON-RPC on standard input and
 * output, so that the genuine Prisma CLI works unchanged. Needs DATABASE_URL.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

const ENGINE_HASH = '0edf323efd1d98336f3f0a68684b56f689b900d3';
const args = process.argv.slice(2);

if (args.includes('--version')) {
  process.stdout.write(`schema-engine-cli ${ENGINE_HASH}\n`);
} else if (args.includes('cli')) {
  process.exitCode = await answerCliCommand();
} else {
  await serve();
}

/** `cli can-connect-to-database` and `cli create-database`, asked before some commands. */
async function answerCliCommand() {
  const url = new URL(JSON.parse(args[args.indexOf('--datasource') + 1]).url);
  const database = decodeURIComponent(url.pathname.slice(1));
  const creates = args.includes('create-database');
  if (creates) url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
    if (creates) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    return 0;
  } catch (error) {
    const fields = { message: error.message, is_panic: false, error_code: error.code === '3D000' ? 'P1003' : 'P1001' };
    const line = { timestamp: new Date().toISOString(), level: 'ERROR', fields, target: 'schema_engine::logger' };
    process.stderr.write(`${JSON.stringify(line)}\n`);
    return 1;
  } finally {
    await client.end().catch(() => {});
  }
}

async function serve() {
  const { createSchemaEngine } = await import('./engine.mjs');
  const { closeShadows } = await import('./adapter.mjs');
  const working = new Set();
  let engine;

  async function answer(request) {
    const params = request.params ?? {};
    // One engine per process, made from the schema of the first request that carries one.
    engine ??= createSchemaEngine(process.env.DATABASE_URL, params.schema?.files ?? params.to?.files ?? schemaOnDisk());
    const instance = await engine;
    if (request.method === 'getDatabaseVersion') return instance.version(null);
    const result = await instance[request.method](params);
    if (request.method !== 'diff' || result.stdout == null) return result ?? {};
    // The native engine prints a diff through the CLI.
    send({ jsonrpc: '2.0', id: `print-${request.id}`, method: 'print', params: { content: result.stdout } });
    return { exitCode: result.exitCode };
  }

  async function work(line) {
    const request = JSON.parse(line);
    if (!request.method) return; // the CLI's answer to a `print`
    try {
      send({ jsonrpc: '2.0', id: request.id, result: await answer(request) });
    } catch (error) {
      const message = String(error.message);
      const data = { is_panic: false, message, meta: {}, error_code: error.code };
      send({ jsonrpc: '2.0', id: request.id, error: { code: 4466, message, data } });
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const task = work(line);
    working.add(task);
    void task.finally(() => working.delete(task));
  }
  await Promise.allSettled(working);
  await closeShadows();
  process.exit(0);
}

function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function schemaOnDisk() {
  const files = readdirSync('prisma', { recursive: true }).filter((file) => file.endsWith('.prisma'));
  return files.map((file) => {
    const name = path.join('prisma', file);
    return { path: name, content: readFileSync(name, 'utf8') };
  });
}
