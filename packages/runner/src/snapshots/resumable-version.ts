/**
 * The runner with one version's connector in it, as a program whose state is kept in a startup snapshot. Taken at
 * deploy for bundles that cost time to load. All values that the module reads while it loads must be the same in every
 * process: randomness, clocks and Node's `http` end the build, and the version loads plainly then. No secret is
 * available yet.
 */

import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { startupSnapshot } from 'node:v8';
import { compileFunction } from 'node:vm';
import type { ConnectorModule } from '../load-connector.ts';
import { CONNECTOR_FILE, makesCode, mappedBy, parseArtifact, requireProvided } from '../load-connector.ts';
import { installSurroundings, startRunner } from '../start-runner.ts';
import { drainRandomCaches } from './drain-random-caches.ts';
import { forbidClocks, liftSnapshotGuard, refuseInSnapshot } from './snapshot-guard.ts';
import { warmUp } from './warm-up.ts';

/** The variables that Node gives every CommonJS module. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** @throws whatever the module throws */
function prepareModule(artifact: Uint8Array): ConnectorModule {
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

/** Maps the lines of the module for Node: by an empty file of the same name, since the module ran elsewhere. */
function readMap(artifact: Uint8Array): void {
  const { sourceMap } = parseArtifact(artifact);
  if (sourceMap === null) return;
  process.setSourceMapsEnabled(true);
  // As in load-connector.ts: only Module's own compile learns source maps.
  const file = new Module(CONNECTOR_FILE) as Module & { _compile(code: string, filename: string): void };
  file._compile(mappedBy(sourceMap), CONNECTOR_FILE);
}

/** In the working directory of the build. */
const ARTIFACT_FILE = 'artifact.json';

let prepared: ConnectorModule | null = null;

startupSnapshot.setDeserializeMainFunction(() => {
  liftSnapshotGuard();
  drainRandomCaches();
  startRunner((artifact) => {
    if (!prepared) throw new Error('the snapshot holds no connector');
    readMap(artifact);
    return prepared;
  });
});

void warmUp().then(() => {
  installSurroundings();
  forbidClocks();
  prepared = prepareModule(readFileSync(ARTIFACT_FILE));
});
