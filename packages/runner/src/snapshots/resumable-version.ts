/**
 * The runner with one version's connector in it, as a program whose state is kept in a startup snapshot. Taken at deploy for
 * bundles that cost time to load. Whatever the module asks for while it runs must be the same in every process: randomness,
 * clocks and Node's `http` end the build, and the version loads plainly then (S17). No secret is there yet.
 */

import { readFileSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import type { ConnectorModule } from '../load-connector.ts';
import { installSurroundings, startRunner } from '../start-runner.ts';
import { drainRandomCaches } from './drain-random-caches.ts';
import { prepareModule, readMap } from './prepare-module.ts';
import { forbidClocks, liftSnapshotGuard } from './snapshot-guard.ts';
import { warmUp } from './warm-up.ts';

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
