import { z } from 'zod';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** A name or address and a port: `10.0.0.5:7443`, `sandbox-1.internal:7443`, `[fd00::5]:7443`. */
const PATTERN = /^(?:([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))|\[([0-9A-Fa-f:]{2,45})\]):(\d{1,5})$/;

/** null: the text is no such pair. */
export function parseHostAndPort(text: string): HostAndPort | null {
  const [, name, address, digits] = PATTERN.exec(text) ?? [];
  const host = name ?? address;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

export function formatHostAndPort({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export const hostAndPortSchema = z.string().transform((text, context) => {
  const parsed = parseHostAndPort(text);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'must be host:port' });
  return z.NEVER;
});
