export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export { renderReport, renderStep } from './report/render-report.ts';
export type { Cell, Finding, Report } from './report/report.ts';
export { type Person, type StepId, WAYS, type Way } from './steps/step.ts';
export type { StepResult } from './steps/step-log.ts';
export type { Fetch } from './wire/wire.ts';
export { WireFailure } from './wire/wire-failure.ts';
