/**
 * The runner as a program whose state is kept in a startup snapshot: loaded and warmed while the snapshot is taken,
 * opened when a process resumes from it. The guard is loaded before everything else.
 */
import './snapshot-guard.ts';

import { startupSnapshot } from 'node:v8';
import { startRunner } from '../start-runner.ts';
import { drainRandomCaches } from './drain-random-caches.ts';
import { liftSnapshotGuard } from './snapshot-guard.ts';
import { warmUp } from './warm-up.ts';

startupSnapshot.setDeserializeMainFunction(() => {
  liftSnapshotGuard();
  drainRandomCaches();
  startRunner();
});
void warmUp();
