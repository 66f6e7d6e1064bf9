import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Ready = z.object({
  origin: z.url(),
  organization: z.string(),
  mcpUrl: z.url(),
  mcpApiKey: z.string(),
  signIn: z.object({ email: z.string(), password: z.string() }),
});

/** The launcher's file about the measured installation. */
export type RunningInstallation = z.output<typeof Ready>;

/** PATCHBAY_DATA, or that of this checkout. */
export function runningDataDirectory(): string {
  return process.env.PATCHBAY_DATA ?? path.resolve(import.meta.dirname, '../../.patchbay');
}

/** The installation of PATCHBAY_DATA, or of this checkout. @throws when none runs there */
export async function readRunningInstallation(): Promise<RunningInstallation> {
  const data = runningDataDirectory();
  const text = await readFile(path.join(data, 'ready.json'), 'utf8').catch((cause: unknown) => {
    throw new Error(`No installation runs in ${data}: start one with npm start.`, { cause });
  });
  return Ready.parse(JSON.parse(text));
}

/** The read of the demo connector that the benchmarks repeat; it reaches for nothing outside. */
export const DEMO_READ = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'best_months', arguments: { city: 'Lisbon' } },
} as const;
