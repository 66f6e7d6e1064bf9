import { isDeepStrictEqual } from 'node:util';
import type { VersionSnapshot } from '@patchbay/domain/versions';
import { AppError, newId } from '@patchbay/foundation';
import { checkPatterns } from './check-patterns.ts';
import type { DeployWork, StepResult } from './deploy-work.ts';
import type { Manifest } from './manifest/check-manifest.ts';
import { type CheckedManifest, checkManifest } from './manifest/check-manifest.ts';
import { readPages } from './pages/read-pages.ts';
import { askProbe, type Onlooker } from './probe-sandbox.ts';
import { scanPages } from './scan/scan-pages.ts';
import { asStartError } from './start-error.ts';
import { takeSnapshot } from './take-snapshot.ts';

const PROBE: Onlooker = { kind: 'probe' };

/**
 * Starts the artifact twice and asks it to describe itself: once as a deploy would, once as a call of a person in
 * production would, from the version's snapshot where one could be taken. Code that behaves differently for the two is
 * refused, because the scanned code would not be the running code. Probes get no secrets and no network.
 */
export async function probeStep(work: DeployWork): Promise<StepResult> {
  try {
    const taking = takeSnapshot(work);
    const [first, second] = await Promise.all([
      describe(work, PROBE, null),
      taking.then(({ snapshot }) => describe(work, { kind: 'person', id: newId('person') }, snapshot)),
    ]);
    const { snapshot, notTaken } = await taking;
    const { manifest: probed } = first;
    const unstable = differencesOf(probed, second.manifest);
    if (unstable.length > 0 && !probed.dynamic) {
      throw new AppError('deploy.manifest_unstable', {
        detail: `Two starts differ in ${unstable.slice(0, 5).join(', ')}.`,
        data: { differences: unstable.slice(0, 50) },
      });
    }
    await checkPatterns(work, first.patterns);
    const { tools, prompts, resources, resourceTemplates } = probed;
    work.log(
      'info',
      `${tools.length} tools, ${prompts.length} prompts, ${resources.length + resourceTemplates.length} resources`,
    );
    const pages = await readPages(probed, (uri) =>
      askProbe(work, PROBE, { method: 'resources/read', params: { uri } }),
    );
    const ui = pages.flatMap((read) => (read.ok ? [read.page] : []));
    const manifest = ui.length > 0 ? { ...probed, ui } : probed;
    return {
      patch: { manifest, ...(snapshot && { snapshot }) },
      output: {
        unstable: unstable.slice(0, 50),
        pageFindings: scanPages(probed, pages),
        ...(notTaken && { snapshotNotTaken: notTaken }),
      },
    };
  } finally {
    const { organizationId } = work.scope;
    const match = { organizationId, connectorId: work.connector.id, versionId: work.version.id };
    await work.deps.sandboxes.retire(match).catch(() => {});
  }
}

async function describe(
  work: DeployWork,
  onlooker: Onlooker,
  snapshot: VersionSnapshot | null,
): Promise<CheckedManifest> {
  const asked = { method: 'patchbay/describe', params: {}, ...(snapshot && { snapshot }) } as const;
  const outcome = await askProbe(work, onlooker, asked).catch((error) => {
    throw asStartError(error);
  });
  if (outcome.kind === 'complete') return checkManifest(outcome.result);
  const reason = outcome.kind === 'error' ? outcome.error.message : 'it asks for input';
  throw new AppError('deploy.manifest_invalid', { detail: `The connector cannot list what it offers: ${reason}` });
}

/** The places where two descriptions of one version differ, such as `tools.search`; empty when they agree. */
function differencesOf(first: Manifest, second: Manifest): string[] {
  const fields = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...fields].flatMap((field) => {
    const [a, b] = [first[field], second[field]];
    if (isDeepStrictEqual(byName(a), byName(b))) return [];
    if (!Array.isArray(a) || !Array.isArray(b)) return [field];
    const [left, right] = [index(a), index(b)];
    const names = new Set([...left.keys(), ...right.keys()]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(left.get(name), right.get(name)))
      .map((name) => `${field}.${name}`);
  });
}

/** The order of a list is not part of its meaning. */
function byName(value: unknown): unknown {
  return Array.isArray(value) ? index(value) : value;
}

function index(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item, position) => [nameOf(item) ?? String(position), item]));
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  for (const key of ['name', 'uri', 'uriTemplate', 'host']) {
    const value = Object.entries(item).find(([field]) => field === key)?.[1];
    if (typeof value === 'string') return value;
  }
  return undefined;
}
