import { z } from 'zod';

/** The lists of a page's CSP and what each allows, in words. @see MCP Apps 2026-01-26, "UI Resource Format" */
const LISTS = {
  connectDomains: 'connects to',
  resourceDomains: 'loads from',
  frameDomains: 'frames',
  baseUriDomains: 'is based on',
} as const;

/** Encrypted everywhere; sockets only where one connects. */
const ORIGIN = /^(https|wss):\/\/(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:\d{1,5})?$/i;

export interface CspProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

const listSchema = z.array(z.string().max(512)).max(100);

/**
 * The faults of a page's origins. A host builds its Content-Security-Policy from them, so an entry that holds more than
 * an origin could write directives of its own, and `*` would defeat the purpose of the frame.
 */
export function checkCsp(csp: unknown): CspProblem[] {
  if (csp === undefined) return [];
  const parsed = z.looseObject({}).safeParse(csp);
  if (!parsed.success) return [{ severity: 'error', message: 'csp is not an object.' }];
  return Object.entries(LISTS).flatMap(([list, words]) => {
    const value = Object.entries(parsed.data).find(([key]) => key === list)?.[1];
    if (value === undefined) return [];
    const origins = listSchema.safeParse(value);
    if (!origins.success) return [{ severity: 'error' as const, message: `csp.${list} is not a list of origins.` }];
    return origins.data.flatMap((origin) => problemOf(list, origin, words));
  });
}

function problemOf(list: string, origin: string, words: string): CspProblem[] {
  const match = ORIGIN.exec(origin);
  const shown = JSON.stringify(origin.slice(0, 100));
  if (!match || (match[1]?.toLowerCase() === 'wss' && list !== 'connectDomains')) {
    const message = `csp.${list} holds ${shown}, which is no encrypted origin such as https://api.example.com.`;
    return [{ severity: 'error', message }];
  }
  if (match[2] === undefined) return [];
  return [{ severity: 'warning', message: `The page ${words} every subdomain of ${origin.replace(/^.*\*\./, '')}.` }];
}

/** The origins of a list, where it is one. */
export function originsOf(csp: unknown, list: keyof typeof LISTS): readonly string[] {
  const parsed = z.object({ [list]: listSchema }).safeParse(csp);
  return parsed.success ? (parsed.data[list] ?? []) : [];
}

/** Whether a URL is within one of the origins. */
export function isWithin(address: URL, origins: readonly string[]): boolean {
  return origins.some((origin) => {
    const [scheme = '', host = ''] = origin.toLowerCase().split('://');
    if (`${scheme}:` !== address.protocol) return false;
    return host.startsWith('*.') ? address.host.endsWith(host.slice(1)) : address.host === host;
  });
}
