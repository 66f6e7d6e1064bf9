/** A connector's module, run while its version's snapshot is taken. Node's own module loader does not survive one. */
import { Module } from 'node:module';
import { compileFunction } from 'node:vm';
import {
  CONNECTOR_FILE,
  type ConnectorModule,
  makesCode,
  mappedBy,
  parseArtifact,
  requireProvided,
} from '../load-connector.ts';
import { refuseInSnapshot } from './snapshot-guard.ts';

/** What Node gives every CommonJS module. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** @throws whatever the module throws */
export function prepareModule(artifact: Uint8Array): ConnectorModule {
  const { code, packages, pages } = parseArtifact(artifact);
  const module = { exports: {} };
  const require = (name: string) => {
    // Routed when a sandbox starts; loaded before, it would go round that.
    if (/^(node:)?https?$/.test(name)) refuseInSnapshot(name);
    return requireProvided(name, packages);
  };
  const run = compileFunction(code, PARAMETERS, { filename: CONNECTOR_FILE });
  run(module.exports, require, module, CONNECTOR_FILE, '/');
  return { exported: module.exports, codeGeneration: makesCode(code), pages };
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
