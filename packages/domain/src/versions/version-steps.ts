import type { Tx } from '../database/index.ts';
import type { VersionStep } from './version.ts';

/** Opens the step, or returns it as it was left: `done` with its output means skip it, else run it again. */
export declare function startStep(tx: Tx, versionId: string, name: string): Promise<VersionStep>;
export declare function finishStep(tx: Tx, versionId: string, name: string, output?: unknown): Promise<VersionStep>;
export declare function failStep(tx: Tx, versionId: string, name: string, error: unknown): Promise<VersionStep>;
/** In the order they were first started. */
export declare function listSteps(tx: Tx, versionId: string): Promise<readonly VersionStep[]>;
