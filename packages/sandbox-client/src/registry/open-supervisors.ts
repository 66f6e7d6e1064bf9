import type { Logger, Secret } from '@patchbay/foundation';
import { loadTlsIdentity } from '@patchbay/sandbox-protocol/peers';
import type { SandboxClientOptions } from '../sandbox-client.ts';
import { configuredSupervisors, type SupervisorVariables } from '../supervisor-fields.ts';
import { fixedSupervisors } from '../supervisor-target.ts';
import { RegisteredSupervisors } from './registered-supervisors.ts';

/** The supervisors of a configuration and, where it allows, those registered in Redis. */
export async function openSupervisors(
  variables: SupervisorVariables,
  { redisUrl, logger }: { readonly redisUrl: Secret | undefined; readonly logger: Logger },
): Promise<Pick<SandboxClientOptions, 'supervisors' | 'identity'>> {
  const configured = configuredSupervisors(variables);
  const identity = await loadTlsIdentity(variables);
  const usesRegistry = variables.SUPERVISOR_REGISTRY === 'true' && redisUrl !== undefined;
  const supervisors = usesRegistry
    ? new RegisteredSupervisors({ redisUrl, configured, logger })
    : fixedSupervisors(configured);
  return { supervisors, identity };
}
