import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError, newId } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { TaskOutcome } from '@patchbay/sandbox-protocol';
import tar from 'tar-stream';
import { z } from 'zod';
import type { PackagePlan } from './dependencies/package-plan.ts';
import { hexOf } from './dependencies/package-store.ts';
import type { DeployWork, StepResult } from './deploy-work.ts';
import { findEntry } from './find-entry.ts';
import type { KeptBuild } from './kept-builds.ts';
import { dependenciesOf } from './resolve-step.ts';
import type { SourceFiles } from './source/source-tree.ts';

const CODE_BYTES_MAX = DEPLOY_LIMITS.bundle.value;
/** A host puts an entire page into one message, and a person waits for it. */
const PAGE_BYTES_MAX = DEPLOY_LIMITS.page.value;
const ARTIFACT_BYTES_MAX = DEPLOY_LIMITS.artifact.value;
const DEADLINE_MS = DEPLOY_LIMITS.build.value;
const SHOWN_MAX = 20;

const diagnostic = z.object({
  file: z.string().max(1024),
  line: z.number().int().nonnegative(),
  column: z.number().int().nonnegative(),
  text: z.string().max(4096),
});
type Diagnostic = z.output<typeof diagnostic>;
const timings = z.object({ unpackMs: z.number(), typesMs: z.number(), bundleMs: z.number() });
const scripted = z.array(z.string().max(214)).max(5000);
/** The build ran beside strangers' code: its answer is read like a stranger's. */
const answerSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    packages: z.array(z.string().max(214)).max(16),
    warnings: z.array(diagnostic).max(1000),
    scripted,
    largest: z.array(z.object({ name: z.string().max(1024), bytes: z.number() })).max(100),
    timings,
  }),
  z.object({
    ok: z.literal(false),
    failure: z.enum(['types', 'syntax', 'import', 'native', 'bundle']),
    diagnostics: z.array(diagnostic).max(1000),
    scripted,
    timings,
  }),
]);
const filesSchema = z.object({
  code: z.string(),
  sourceMap: z.string(),
  pages: z.record(z.string().max(128), z.string()).default({}),
});
type BuiltFiles = z.output<typeof filesSchema>;

const FAILURES = {
  types: 'deploy.type_error',
  syntax: 'deploy.syntax_error',
  import: 'deploy.import_not_found',
  native: 'deploy.install_script_needed',
  bundle: 'deploy.build_failed',
} as const;

/**
 * Type check and bundle in a build sandbox without network. Leaves the artifact in the store, and its digest. An
 * artifact that the store cannot take now is kept, so that the next attempt does not build again.
 */
export async function buildStep(work: DeployWork): Promise<StepResult> {
  const { artifacts, keptBuilds } = work.deps;
  const { id } = work.version;
  const built = keptBuilds.take(id) ?? (await build(work));
  try {
    const { digest } = await artifacts.put(work.scope.organizationId, built.artifact, { bytesMax: ARTIFACT_BYTES_MAX });
    for (const line of built.lines) work.log('info', line);
    return { patch: { artifactDigest: digest }, output: built.output };
  } catch (error) {
    if (isWaitedFor(error)) keptBuilds.keep(id, built);
    throw error;
  }
}

/** Whether the step waits for the end of the fault, and then runs again. */
function isWaitedFor(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'artifacts.no_space' || error.code === 'artifacts.unavailable');
}

async function build(work: DeployWork): Promise<KeptBuild> {
  const { packages, provided } = work.deps;
  const source = await work.source();
  const { manifest, plan } = await dependenciesOf(work);
  // Another worker may have fetched them, or the store was emptied since.
  await packages.ensure(plan.placements, 0);
  const input = { entry: findEntry(manifest, source.files), typecheck: work.version.typecheck, ...inputOf(plan) };
  const outcome = await runBuild(work, input, await packSource(source.files));

  const answer = answerSchema.parse(outcome.result);
  if (!answer.ok) throw failureOf(work, answer);
  const files = filesSchema.parse(JSON.parse(Buffer.from(outcome.files ?? []).toString('utf8')));
  for (const warning of answer.warnings.slice(0, SHOWN_MAX)) work.log('warn', render(warning));
  checkSizes(files, answer.largest);
  const { code, pages } = files;
  const external = answer.packages.filter((name) => provided.has(name));
  const { typesMs, bundleMs } = answer.timings;
  const checked = work.version.typecheck ? `types checked in ${Math.round(typesMs)} ms, ` : 'types not checked, ';
  const bundled = `${checked}bundled ${Math.ceil(code.length / 1024)} KB in ${Math.round(bundleMs)} ms`;
  const made = Object.entries(pages).map(([name, html]) => `${name} ${Math.ceil(html.length / 1024)} KB`);
  return {
    artifact: Buffer.from(JSON.stringify({ format: 1, packages: external, ...files })),
    output: { scriptedPackages: answer.scripted.slice(0, 100) },
    lines: [bundled, ...(made.length > 0 ? [`pages: ${made.join(', ')}`] : [])],
  };
}

function checkSizes({ code, pages }: BuiltFiles, largest: readonly { name: string; bytes: number }[]): void {
  if (code.length > CODE_BYTES_MAX) {
    const parts = largest.map(({ name, bytes }) => `${name} ${Math.round(bytes / 1024)} KB`);
    throw new AppError('deploy.bundle_too_large', { detail: `The largest parts: ${parts.join(', ')}.` });
  }
  for (const [name, html] of Object.entries(pages)) {
    if (Buffer.byteLength(html) <= PAGE_BYTES_MAX) continue;
    throw new AppError('deploy.page_too_large', {
      detail: `The page ${name} has ${(html.length / 1024 / 1024).toFixed(1)} MB with everything it refers to.`,
      data: { page: name },
    });
  }
}

function inputOf(plan: PackagePlan) {
  const placements = plan.placements.map(({ path, name, version, integrity }) => ({
    path,
    name,
    version,
    sha512: hexOf(integrity),
  }));
  return { placements, links: plan.links.map(({ path, target }) => ({ path, target })), provided: [...plan.provided] };
}

async function runBuild(
  work: DeployWork,
  input: { entry: string; typecheck: boolean } & ReturnType<typeof inputOf>,
  files: Buffer,
): Promise<TaskOutcome> {
  const { organizationId } = work.scope;
  const task = { id: newId('task'), organizationId, program: 'build' as const, input, files, deadlineMs: DEADLINE_MS };
  try {
    return await work.deps.sandboxes.runTask({ ...task, egress: [] }, { signal: work.signal });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const exhausted = error.code === 'sandbox.task_timeout' || error.code === 'sandbox.task_crashed';
    if (exhausted) throw new AppError('deploy.build_exhausted', { detail: error.detail, cause: error });
    if (error.code !== 'sandbox.task_failed') throw error;
    throw new AppError('deploy.build_failed', { detail: error.detail, cause: error });
  }
}

/** A compressed tar, because a frame to the supervisor holds 32 MiB and a source may be larger unpacked. */
async function packSource(files: SourceFiles): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, bytes] of files) pack.entry({ name, mode: 0o644, mtime: new Date(0) }, bytes);
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  return promisify(gzip)(Buffer.concat(chunks), { level: 1 });
}

function failureOf(work: DeployWork, answer: Extract<z.output<typeof answerSchema>, { ok: false }>): AppError {
  const shown = answer.diagnostics.slice(0, SHOWN_MAX);
  for (const item of shown) work.log('error', render(item));
  const [first] = shown;
  const more = answer.diagnostics.length - 1;
  const detail =
    answer.failure === 'native'
      ? `${answer.scripted.join(', ') || (first ? render(first) : 'A package')} needs files that its install script would make.`
      : `${first ? render(first) : 'The build failed.'}${more > 0 ? ` (and ${more} more)` : ''}`;
  return new AppError(FAILURES[answer.failure], { detail, data: { diagnostics: shown } });
}

function render({ file, line, column, text }: Diagnostic): string {
  const place = file === '' ? '' : line === 0 ? `${file}: ` : `${file}:${line}:${column}: `;
  return `${place}${text}`;
}
