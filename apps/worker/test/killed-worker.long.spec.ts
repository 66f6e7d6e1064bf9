import { type KillPoint, testKillsAt } from './kill-worker-at.ts';

const STATES = ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'] as const;

testKillsAt(
  STATES.flatMap((state): KillPoint[] => [
    { point: `${state} running`, state, interrupted: null },
    { point: `${state} done`, state, interrupted: state },
  ]),
);
