import type { IncomingMessage } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { POSTGRES_TARGET } from '@patchbay/sandbox-protocol';
import { covers, hostName, matchDestination } from '../addresses/match-destination.ts';
import type { EgressProxyOptions } from '../proxy/egress-options.ts';
import type { DatabaseLease } from './database-sessions.ts';

/**
 * The database that a sandbox's `CONNECT` with a reference opens. The manifest narrows it, where it declares databases
 * by name; the organization's egress policy does too.
 *
 * @throws AppError `egress.request_refused`, `egress.credential_refused`, `egress.host_not_declared`
 */
export function leaseDatabase(
  { url: target }: Pick<IncomingMessage, 'url'>,
  reference: string,
  { calls, rules }: Pick<EgressProxyOptions, 'calls' | 'rules'>,
): DatabaseLease {
  if (target !== POSTGRES_TARGET) {
    throw new AppError('egress.request_refused', {
      detail: `A tunnel takes no credential; a database is asked for as ${POSTGRES_TARGET}.`,
    });
  }
  if (!calls) throw refused('this sandbox was given none');
  const { grant, ended } = calls.lease(reference);
  const { postgres, secret, organizationHosts } = grant;
  if (!postgres) throw refused('the reference is not one of a database');
  const host = hostName(postgres.host);
  if (organizationHosts && !organizationHosts.some((pattern) => covers(pattern.toLowerCase(), host))) {
    throw refused(`the organization’s egress policy does not allow ${host}`);
  }
  const declared = rules().filter(({ kind }) => kind === 'postgres');
  const ruling = declared.length > 0 ? matchDestination(host, postgres.port, declared, 'postgres') : null;
  if (ruling && !ruling.allowed) throw new AppError('egress.host_not_declared', { detail: `${ruling.reason}.` });
  return { target: postgres, password: secret, ended };
}

function refused(reason: string): AppError {
  return new AppError('egress.credential_refused', { detail: `No database was opened: ${reason}.` });
}
