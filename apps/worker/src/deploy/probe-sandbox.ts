import { AppError, newId } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { createInvocation, type Invocation, type InvocationOutcome } from '@patchbay/sandbox-protocol';
import type { DeployWork } from './deploy-work.ts';

/** Shorter than a call's: a version that needs longer for its manifest does not go live. */
const DEADLINE_MS = DEPLOY_LIMITS.probe.value;

/** The audience of the version: a deploy that inspects it, or a person in production. */
export type Onlooker = { readonly kind: 'probe' } | { readonly kind: 'person'; readonly id: string };

/**
 * Asks the version something in a sandbox without secrets and network. A subject of its own keeps the sandbox apart from
 * every one that will serve calls.
 *
 * @throws AppError sandbox.*
 */
export async function askProbe(
  work: DeployWork,
  onlooker: Onlooker,
  asked: Pick<Invocation, 'method' | 'params' | 'snapshot'>,
): Promise<InvocationOutcome> {
  const { organization, connector, version, deps, signal } = work;
  if (version.artifactDigest === null) throw new AppError('artifacts.not_found', { internal: 'no artifact to probe' });
  const isProbe = onlooker.kind === 'probe';
  const invocation = createInvocation({
    id: newId('invocation'),
    key: {
      organizationId: organization.id,
      connectorId: connector.id,
      versionId: version.id,
      settingsRevision: isProbe ? 0 : connector.settingsRevision,
      subject: isProbe ? 'probe' : onlooker.id,
      preview: true,
      providers: [],
    },
    version: {
      artifactDigest: version.artifactDigest,
      snapshot: asked.snapshot,
      egress: [],
      codeGeneration: connector.codeGeneration,
    },
    method: asked.method,
    params: asked.params,
    tool: null,
    context: {
      user: isProbe ? null : { id: onlooker.id, email: null, name: null },
      organization: { id: organization.id, slug: organization.slug },
      client: isProbe ? { name: 'patchbay-deploy', version: null } : { name: 'claude-ai', version: '0.1.0' },
      roles: isProbe ? [] : ['member'],
      groups: [],
      requestId: newId('request'),
      capabilities: {},
    },
    deadlineMs: DEADLINE_MS,
  });
  return deps.sandboxes.invoke(invocation, { signal });
}
