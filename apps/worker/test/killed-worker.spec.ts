import { testKillsAt } from './kill-worker-at.ts';

// Every other step: killed-worker.long.spec.ts.
testKillsAt([
  { point: 'building done', state: 'building', interrupted: 'building' },
  { point: 'activating', state: 'storing', interrupted: 'storing' },
]);
