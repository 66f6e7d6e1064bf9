/** A connector's module, run while its version's snapshot is taken. Node's own module loader does not survive one. */
import { Module } from 'node:module';
import {
  CONNECTOR_FILE,
  type ConnectorModule,
  makesCode,
  mappedBy,
  parseArtifact,
  requireProvided,
} from './load-connector.ts';
import { refuseInSnapshot } from './snapshot-guard.ts';

/** On one line with the code, so that line numbers stay. */
const HEAD = '(function (exports, require, module, __filename, __dirname) { ';

/** @throws whatever the module throws */
export function prepareModule(artifact: Uint8Array): ConnectorModule {
  const { code, packages } = parseArtifact(artifact);
  const module = { exports: {} };
  const require = (name: string) => {
    // Routed when a sandbox starts; loaded before, it would go round that.
    if (/^(node:)?https?$/.test(name)) refuseInSnapshot(name);
    return requireProvided(name, packages);
  };
  // biome-ignore lint/security/noGlobalEval: the connector's code, in the sandbox that is there to run it; called by another name it sees the global scope only
  const evaluate = eval;
  const run = evaluate(`${HEAD}${code}\n})\n//# sourceURL=${CONNECTOR_FILE}`);
  run(module.exports, require, module, CONNECTOR_FILE, '/');
  return { exported: module.exports, codeGeneration: makesCode(code) };
}

/** Tells Node where the lines of the module come from: by an empty file of the same name, since the module ran elsewhere. */
export function readMap(artifact: Uint8Array): void {
  const { sourceMap } = parseArtifact(artifact);
  if (sourceMap === null) return;
  process.setSourceMapsEnabled(true);
  // As in load-connector.ts: Module's own compile is the one that learns source maps.
  const file = new Module(CONNECTOR_FILE) as Module & { _compile(code: string, filename: string): void };
  file._compile(mappedBy(sourceMap), CONNECTOR_FILE);
}
