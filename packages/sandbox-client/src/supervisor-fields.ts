import { PEER_ID } from '@patchbay/sandbox-protocol';
import { type Problem, parseHostAndPort, tlsFileFields, tlsFileProblems } from '@patchbay/sandbox-protocol/peers';
import { z } from 'zod';
import type { SupervisorTarget } from './supervisor-target.ts';

/** The name of a supervisor on this machine until it reports its own. */
const LOCAL_ID = 'local';

/** The part of the gateway's and worker's environment that locates supervisors; spread it into the app's schema. */
export const supervisorFields = {
  /** Unix socket of the supervisor on this machine. */
  SUPERVISOR_SOCKET: z.string().min(1).optional(),
  /** Supervisors on other machines, comma separated: `id=host:port`. Each must prove that id by its certificate. */
  SUPERVISOR_HOSTS: z
    .string()
    .transform((text, context) => {
      const targets = text.split(',').map((entry) => parseEntry(entry.trim()));
      if (targets.every((target) => target !== null)) return targets;
      context.addIssue({ code: 'custom', message: 'must be id=host:port, comma separated' });
      return z.NEVER;
    })
    .optional(),
  /** `true`: supervisors that register in Redis are used too, if their certificate proves the registered id. */
  SUPERVISOR_REGISTRY: z.enum(['true', 'false']).default('false'),
  ...tlsFileFields,
};

const fields = z.object(supervisorFields);
export type SupervisorVariables = z.output<typeof fields>;

function parseEntry(entry: string): SupervisorTarget | null {
  const [id = '', address = '', ...more] = entry.split('=');
  const place = parseHostAndPort(address);
  return place === null || more.length > 0 || !PEER_ID.test(id) ? null : { id, ...place };
}

/** Contradictions between the fields. */
export function supervisorProblems(
  given: SupervisorVariables,
  hasRedis: boolean,
): Problem<keyof SupervisorVariables>[] {
  const usesRegistry = given.SUPERVISOR_REGISTRY === 'true';
  const problems: Problem<keyof SupervisorVariables>[] = [];
  if (given.SUPERVISOR_SOCKET === undefined && given.SUPERVISOR_HOSTS === undefined && !usesRegistry) {
    const message = 'set it, or SUPERVISOR_HOSTS, or SUPERVISOR_REGISTRY=true';
    problems.push({ variable: 'SUPERVISOR_SOCKET', message });
  }
  if (usesRegistry && !hasRedis) problems.push({ variable: 'SUPERVISOR_REGISTRY', message: 'needs REDIS_URL' });
  const isRemote = given.SUPERVISOR_HOSTS !== undefined || usesRegistry;
  return [...problems, ...tlsFileProblems(given, isRemote ? 'supervisors on other machines' : null)];
}

/** The supervisors that configuration names. */
export function configuredSupervisors(given: SupervisorVariables): readonly SupervisorTarget[] {
  const { SUPERVISOR_SOCKET: socketPath, SUPERVISOR_HOSTS: remote = [] } = given;
  return [...(socketPath === undefined ? [] : [{ id: LOCAL_ID, socketPath }]), ...remote];
}
