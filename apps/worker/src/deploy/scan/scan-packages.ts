import type { NewFinding, Scanner } from './scanner.ts';

const CODE_BYTES_LARGE = 2 * 1024 * 1024;

/** The contents of the bundle: size, very new packages, packages whose scripts did not run. */
export const scanPackages: Scanner = ({
  code,
  youngPackages,
  scriptedPackages,
  unstable,
  manifest,
  snapshotNotTaken,
  codeGenerationAllowed,
}) => [
  ...(code.length > CODE_BYTES_LARGE
    ? [
        {
          rule: 'bundle_large',
          severity: 'warning' as const,
          subject: '',
          message: `The bundle has ${(code.length / 1024 / 1024).toFixed(1)} MB; each cold start reads all of it.`,
          hint: 'Look at the largest parts in the deploy log.',
        },
      ]
    : []),
  ...(snapshotNotTaken
    ? [
        {
          rule: 'snapshot_not_taken',
          severity: 'info' as const,
          subject: snapshotNotTaken.place,
          message: `Each cold start runs the whole bundle, because its state after loading cannot be kept: ${snapshotNotTaken.reason}.`,
          hint: 'Ask for random values and the time inside of functions, not while the module loads. Nothing to do when cold starts are fast enough.',
        },
      ]
    : []),
  ...youngPackages.map((name) => ({
    rule: 'package_young',
    severity: 'warning' as const,
    subject: name,
    message: `${name} was published less than 24 hours ago. Harmful versions are usually found within a day.`,
    hint: 'Use an earlier version unless you know this one.',
  })),
  ...scriptedPackages.map((name) => ({
    rule: 'install_script_skipped',
    severity: 'info' as const,
    subject: name,
    message: `${name} has an install script, which was not run.`,
    hint: 'Nothing to do if the connector works without it.',
  })),
  ...(manifest.dynamic ? unstable : []).map((field) => ({
    rule: 'manifest_dynamic',
    severity: 'info' as const,
    subject: field,
    message: `${field} differs from start to start; lists are answered by the connector itself.`,
    hint: 'Nothing to do when it depends on the person. Constant lists are answered faster.',
  })),
  ...(manifest.codeGeneration ? [codeGeneration(codeGenerationAllowed)] : []),
];

/** Templates, and validators such as that of SDK v1, which a server needs when it asks its client something. */
function codeGeneration(isAllowed: boolean): NewFinding {
  return {
    rule: 'code_generation',
    severity: isAllowed ? 'info' : 'warning',
    subject: '',
    message: `The bundle uses dynamic code evaluation (eval or new Function), which its sandbox ${isAllowed ? 'allows' : 'refuses'}.`,
    hint: isAllowed
      ? 'Nothing to do; `patchbay settings NAME --code-generation refuse` takes it back.'
      : 'If calls fail with "Code generation from strings disallowed", allow it: `patchbay settings NAME --code-generation allow`.',
  };
}
