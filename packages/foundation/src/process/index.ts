/** The shape that gateway, worker and supervisor share: start, health, metrics, end. */
export {
  answered,
  type Condition,
  conditionOf,
  downFor,
  type Health,
  type HealthCheck,
  healthSchema,
  readHealth,
} from './health.ts';
export { type LauncherMessage, onLauncherGone, sendToLauncher, showToOperator } from './launcher-channel.ts';
export { type Application, runProcess } from './run-process.ts';
