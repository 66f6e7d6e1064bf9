import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

/** Shows the limits on calls of the organization, how near they are, and what they refused in the last hour. */
export async function limits(context: ProgramContext): Promise<void> {
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/limits', {
    params: { path: { organization } },
  });
  if (!data) return;
  const held = data.limits.map(({ scope, callsPerMinute, burst, concurrent }) => [
    scope,
    String(callsPerMinute),
    String(burst),
    String(concurrent),
  ]);
  const now = data.counters.map(({ scope, connector, remaining, inFlight }) => [
    connector?.slug ?? `(${scope})`,
    String(remaining),
    inFlight === null ? '' : String(inFlight),
  ]);
  const refused = data.limitedCalls.map(({ code, connector, calls, lastAt }) => [
    connector?.slug ?? '(gone)',
    code,
    String(calls),
    lastAt.slice(0, 19).replace('T', ' '),
  ]);
  context.output.result(data, [
    ...table(['LIMIT PER', 'CALLS A MINUTE', 'AT ONCE', 'IN FLIGHT'], held),
    '',
    ...table(['NOW', 'CALLS LEFT', 'IN FLIGHT'], now),
    '',
    ...(refused.length === 0
      ? ['No call was refused by a limit in the last hour.']
      : table(['REFUSED IN THE LAST HOUR', 'LIMIT', 'CALLS', 'LAST (UTC)'], refused)),
  ]);
}
