export { countLimitedCalls, type LimitedCalls } from './count-limited-calls.ts';
export { listUsage } from './list-usage.ts';
export { CALL_STEPS, type CallStep, type UsageEvent } from './usage-event.ts';
export { UsageSpool, type UsageSpoolOptions } from './usage-spool.ts';
