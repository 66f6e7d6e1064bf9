import { recordFindings } from '@patchbay/domain/versions';
import { AppError, storable } from '@patchbay/foundation';
import { z } from 'zod';
import type { DeployWork, StepResult } from './deploy-work.ts';
import { checkManifest } from './manifest/check-manifest.ts';
import { waitsForApproval } from './scan/scan-tools.ts';
import { inOrder, scanVersion } from './scan/scan-version.ts';

const names = z.array(z.string()).catch([]);
const notTaken = z.object({ reason: z.string(), place: z.string() }).nullable().catch(null);
/** Written by the step before, which has read the pages. */
const pageFindings = z
  .array(
    z.object({
      rule: z.string(),
      severity: z.enum(['error', 'warning', 'info']),
      subject: z.string(),
      message: z.string(),
      hint: z.string(),
    }),
  )
  .catch([]);

/** Looks for what a person should know before the version serves; findings marked as errors reject it. */
export async function scanStep(work: DeployWork): Promise<StepResult> {
  const { version, deps } = work;
  const { manifest } = checkManifest(version.manifest);
  const artifact = await deps.artifacts.get({ ...work.scope, digest: version.artifactDigest ?? '' });
  const { code } = z.object({ code: z.string() }).parse(JSON.parse(artifact.toString('utf8')));
  const found = scanVersion({
    manifest,
    code,
    youngPackages: names.parse(work.outputs.get('resolving')?.youngPackages),
    scriptedPackages: names.parse(work.outputs.get('building')?.scriptedPackages),
    snapshotNotTaken: notTaken.parse(work.outputs.get('probing')?.snapshotNotTaken),
    codeGenerationAllowed: work.connector.codeGeneration,
    unstable: names.parse(work.outputs.get('probing')?.unstable),
  });
  // They quote code and pages.
  const findings = storable(inOrder([...found, ...pageFindings.parse(work.outputs.get('probing')?.pageFindings)]));
  await deps.database.withOrganization(work.scope, (tx) => recordFindings(tx, version.id, findings));

  const waiting = manifest.tools.filter(waitsForApproval).map((tool) => tool.name);
  if (waiting.length > 0) {
    work.log(
      'warn',
      `calls of ${waiting.slice(0, 10).join(', ')} will wait for approval; declare readOnly: true or destructive: false if they need not`,
    );
  }
  for (const { severity, subject, message } of findings) {
    if (severity === 'info' || message.startsWith('Each call')) continue;
    work.log(severity === 'error' ? 'error' : 'warn', `${subject === '' ? '' : `${subject}: `}${message}`);
  }
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) return { output: { findings: findings.length } };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const subject = first.subject === '' ? '' : `${first.subject}: `;
  throw new AppError('deploy.findings', {
    detail: `${subject}${first.message}${more}`,
    data: { rules: [...new Set(errors.map((finding) => finding.rule))] },
  });
}
