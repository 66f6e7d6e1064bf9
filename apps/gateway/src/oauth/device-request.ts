import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** The origin of a request for a device code, as far as the connection shows it. */
export interface DeviceRequest {
  /** After trusted proxies. */
  readonly address: string | null;
}

/** The facts that are kept of the request for a code, for the pages that a person decides on. */
export function deviceInfoOf(context: KoaContextWithOIDC): Record<string, unknown> {
  // The edge has replaced forwarded headers, so this is the address that the gateway knows.
  return { address: context.ip };
}

export function readDeviceInfo(info: unknown): DeviceRequest {
  const address = typeof info === 'object' && info !== null && 'address' in info ? info.address : null;
  return { address: typeof address === 'string' ? address : null };
}

/** The request behind an interaction that began with a typed code; null for every other one. */
export async function deviceRequestOf(
  provider: Provider,
  interaction: Awaited<ReturnType<Provider['interactionDetails']>>,
): Promise<DeviceRequest | null> {
  if (interaction.deviceCode === undefined) return null;
  const code = await provider.DeviceCode.find(interaction.deviceCode);
  return readDeviceInfo(code?.deviceInfo);
}
