import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const DEPLOY_SECONDS = [0.5, 1, 2, 3, 5, 10, 30, 120];

/** All metrics of the worker in addition to its health. `running` is called at every scrape. */
export function createWorkerMetrics(running: () => number) {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'patchbay_deploys_running',
    help: 'Versions this worker is deploying.',
    registers,
    collect() {
      this.set(running());
    },
  });
  return {
    registry,
    deploySeconds: new Histogram({
      name: 'patchbay_deploy_duration_seconds',
      help: 'Time one worker spent on a version.',
      buckets: DEPLOY_SECONDS,
      registers,
    }),
    ignoredJobs: new Counter({
      name: 'patchbay_deploy_jobs_ignored_total',
      help: 'Jobs of the deploy queue that started nothing. Reason malformed: another program writes the queue. Reason not_due: the version is done, runs elsewhere or does not exist.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
