import type { Health } from '@patchbay/foundation/process';
import type { Platform } from '@patchbay/testing';

/** `/health` of the platform's gateway, with the status it came with. */
export async function readHealth({ internalUrl }: Pick<Platform, 'internalUrl'>): Promise<Health & { status: number }> {
  const response = await fetch(`${internalUrl}/health`);
  const health = (await response.json()) as Health; // the gateway's own body, which the specs look into
  return { ...health, status: response.status };
}

/** The value of one line of `/metrics`, labels included in the name; 0 when it is not there. */
export async function readMetric({ internalUrl }: Pick<Platform, 'internalUrl'>, name: string): Promise<number> {
  const text = await (await fetch(`${internalUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}
