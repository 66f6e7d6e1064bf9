import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Finding, Version, VersionLogLine, VersionStep } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { EXIT } from '../exit-code.ts';
import { type Output, printable, seconds } from '../output.ts';
import { packSource } from '../pack-source.ts';
import type { ProgramContext } from '../program-context.ts';
import { readProject } from '../project.ts';
import { watchVersion } from '../watch-version.ts';

interface DeployOptions {
  readonly connector?: string;
  readonly typecheck: boolean;
  readonly activate: boolean;
}

/** Uploads the folder, follows the deploy step by step, and ends with the hosted URL. */
export async function deploy(context: ProgramContext, directory: string, options: DeployOptions): Promise<void> {
  const { output } = context;
  const project = await readProject(path.resolve(context.cwd, directory));
  const slug = options.connector ?? project.slug;
  const [session, source] = await Promise.all([context.session(), packSource(project.directory)]);
  const startedAt = performance.now();
  output.progress(
    `Deploying ${slug} to ${session.origin} (${source.files.length} files, ${kilobytes(source.archive)})`,
  );
  const version = await session.client.submitVersion({
    organization: session.organization,
    connector: slug,
    archive: source.archive,
    contentType: 'application/gzip',
    typecheck: options.typecheck,
    activate: options.activate,
    create: true,
    idempotencyKey: randomUUID(),
    signal: context.signal,
  });
  const printer = new StepPrinter(output);
  const done = await watchVersion(session, version, { signal: context.signal, on: printer });
  conclude(context, done, performance.now() - startedAt);
}

function conclude(context: ProgramContext, version: Version, tookMs: number): void {
  const { output } = context;
  if (version.failure !== null || version.state === 'failed' || version.state === 'rejected') throw failureOf(version);
  if (version.state === 'held') {
    const reasons = version.reasons.map(({ reason }) => `  - ${reason}`);
    output.result(version, [`Version ${version.number} is published. Its activation is held:`, ...reasons]);
    context.setExitCode(EXIT.waiting);
    return;
  }
  const took = seconds(tookMs);
  if (version.state === 'active') {
    output.result(version, [
      `Version ${version.number} is live after ${took}.`,
      `Steps for each client: ${connectPage(version.url)}`,
      '',
      output.style('bold', version.url),
    ]);
    return;
  }
  output.result(version, [
    `Version ${version.number} is published after ${took}, but not active yet.`,
    `Activate it with: patchbay activate ${version.connectorSlug} ${version.number}`,
    '',
    output.style('bold', version.previewUrl),
  ]);
}

/** The public page with steps for each client, which is one segment above the MCP URL. */
function connectPage(url: string): string {
  return url.replace(/\/mcp$/, '');
}

/** The platform's own words, with the place in the source when there is one. */
function failureOf(version: Version): Error {
  const { failure } = version;
  if (failure === null)
    return new AppError('cli.deploy_failed', { detail: `Version ${version.number} is ${version.state}.` });
  return new AppError('cli.deploy_failed', {
    detail: [failure.title, failure.detail === failure.title ? '' : failure.detail, `(${failure.code})`]
      .filter((part) => part !== '')
      .join('\n'),
    // The remedy depends on the failure: the platform's hint replaces the general one.
    hint: failure.hint,
    data: { failure, version: version.number },
  });
}

/** Prints what the stream brings: each step when it ends, warnings and errors of the log, findings. */
class StepPrinter {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  step(step: VersionStep): void {
    if (step.state === 'running') {
      this.#output.transient(`  ${step.name} …`);
      return;
    }
    const mark = step.state === 'done' ? '' : this.#output.style('red', '  failed');
    this.#output.progress(`  ${step.name.padEnd(10)} ${seconds(step.durationMs ?? 0).padStart(7)}${mark}`);
  }

  log(line: VersionLogLine): void {
    if (line.level === 'debug') return;
    const text = printable(line.text);
    this.#output.progress(line.level === 'info' ? this.#output.style('dim', `    ${text}`) : `    ${text}`);
  }

  finding(finding: Finding): void {
    const subject = finding.subject === null ? '' : `${printable(finding.subject)}: `;
    const style = finding.severity === 'error' ? 'red' : finding.severity === 'warning' ? 'yellow' : 'dim';
    this.#output.progress(`    ${this.#output.style(style, finding.severity)} ${subject}${printable(finding.message)}`);
    if (finding.hint !== null) this.#output.progress(`      ${printable(finding.hint)}`);
  }
}

function kilobytes(archive: Uint8Array): string {
  return `${Math.max(1, Math.round(archive.byteLength / 1024))} kB`;
}
