import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Named at the end of a run of many files, so that who adds a test sees what it costs. */
const SLOWEST_SHOWN = 10;

/**
 * Prints `N passed, N failed[, N skipped]` as the very last line, for programs that read the result of a run. Where
 * PATCHBAY_TEST_FAILED_LIST names a file, it gets the failed test files, one per line.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const before = count.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'failed' : state] += 1;
      }
      // A file that does not load, or whose hooks fail, has failed even though none of its tests has.
      if (!module.ok() && count.failed === before) count.failed += 1;
    }
    const failedList = process.env.PATCHBAY_TEST_FAILED_LIST;
    if (failedList) {
      const failed = modules.filter((module) => !module.ok()).map((module) => `${module.relativeModuleId}\n`);
      writeFileSync(failedList, failed.join(''));
    }
    const skippedTests = modules.flatMap(describeSkipped).join('');
    const slowest = modules.length > SLOWEST_SHOWN ? slowestFiles(modules) : '';
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // After the default reporter, whose own summary comes once this event is over.
    process.once('exit', () =>
      process.stdout.write(`${slowest}${skippedTests}${count.passed} passed, ${count.failed} failed${skipped}\n`),
    );
  }
}

/** A line for each test that was skipped, with why. */
function describeSkipped(module: TestModule): string[] {
  return [...module.children.allTests('skipped')].map((test) => {
    const result = test.result();
    const reason = (result.state === 'skipped' && result.note) || 'see "skipped:" above';
    return `skipped: ${module.relativeModuleId} > ${test.fullName}: ${reason}\n`;
  });
}

/** The slowest files with their seconds, hooks included. */
function slowestFiles(modules: readonly TestModule[]): string {
  const times = modules.map((module) => {
    const { duration, setupDuration, collectDuration } = module.diagnostic();
    return { file: module.relativeModuleId, seconds: (duration + setupDuration + collectDuration) / 1000 };
  });
  const slowest = times.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST_SHOWN);
  const lines = slowest.map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
  return `The slowest files:\n${lines.join('\n')}\n`;
}
