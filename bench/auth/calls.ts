import { measureAdded } from '../gateway/added-latency.ts';
import { Load } from '../gateway/load.ts';
import type { AuthInstallation } from './auth-installation.ts';

/** The target for what the gateway adds to a call with a token, one client. Milliseconds. */
const ADDED_P50_MS_MAX = 1;
/** Calls of each credential before the first measurement. Seconds. */
const WARM_UP_SECONDS = 3;

/**
 * Measures the latency that the gateway adds to a call with an access token and with an API key, in turns. Lines of the
 * report.
 */
export async function* measureCalls(
  { installation, given, echo }: AuthInstallation,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): AsyncGenerator<string> {
  const { token } = await given.accessToken(echo);
  const load = new Load();
  const medians = new Map<string, number[]>();
  const credentials = { 'an access token': `Bearer ${token}`, 'an API key': installation.headers.authorization };
  try {
    for (const authorization of Object.values(credentials)) {
      await measureAdded(load, withCredential(installation, authorization), { inFlight: 1, seconds: WARM_UP_SECONDS });
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, authorization] of Object.entries(credentials)) {
        const of = withCredential(installation, authorization);
        const { added, steps, calls } = await measureAdded(load, of, { inFlight: 1, seconds });
        medians.set(name, [...(medians.get(name) ?? []), added.p50]);
        yield `  ${name}: p50 ${added.p50.toFixed(3)} ms of ${calls} calls, step auth ${(steps.auth ?? 0).toFixed(4)} ms`;
      }
    }
  } finally {
    load.close();
  }
  const best = (name: string) => Math.min(...(medians.get(name) ?? []));
  const verdict = best('an access token') <= ADDED_P50_MS_MAX ? 'met' : 'MISSED';
  yield `added to a call with an access token: p50 ${best('an access token').toFixed(3)} ms  target ≤ ${ADDED_P50_MS_MAX} ms: ${verdict}; with an API key ${best('an API key').toFixed(3)} ms`;
}

function withCredential(installation: AuthInstallation['installation'], authorization: string) {
  const { configuration } = installation;
  const client = { ...configuration.client, headers: { ...configuration.client.headers, authorization } };
  return { ...installation, configuration: { ...configuration, client } };
}
