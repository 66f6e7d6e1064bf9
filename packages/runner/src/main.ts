/** The runner as a plain program, for where no snapshot of it can be resumed. */
import { startRunner } from './start-runner.ts';

startRunner();
