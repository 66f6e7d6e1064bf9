import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { createAdapterFactory } from './adapter.mjs';

/**
 * Prisma's schema engine, the real one, as WebAssembly from the npm registry. The native engine would be downloaded
 * from a server of its own, which an installation must not need.
 */
export async function createSchemaEngine(url, schemaFiles) {
  const directory = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const bindings = await import(path.join(directory, 'schema_engine_bg.js'));
  const bytes = await readFile(path.join(directory, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    message: '',
    set_message(message) {
      this.message = message;
      process.stderr.write(`${message}\n`);
    },
  };
  const factory = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(url));
  return bindings.SchemaEngine.new(
    { datamodels: schemaFiles.map((file) => [file.path, file.content]) },
    () => {},
    factory,
  );
}
