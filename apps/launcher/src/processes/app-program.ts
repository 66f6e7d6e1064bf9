import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AppName, Installation } from './process-environment.ts';

/** The command of a process of ours, and its directory. */
export function appProgram(name: AppName, root: string): { args: string[]; cwd: string } {
  if (name !== 'dashboard') return { args: [path.join(root, 'apps', name, 'src/main.ts')], cwd: root };
  const preload = ['--import', path.join(import.meta.dirname, 'end-with-launcher.mjs')];
  const dashboard = path.join(root, 'apps/dashboard');
  const standalone = path.join(dashboard, '.next/standalone/apps/dashboard');
  if (existsSync(path.join(standalone, 'server.js'))) return { args: [...preload, 'server.js'], cwd: standalone };
  return { args: [...preload, path.join(dashboard, 'node_modules/next/dist/bin/next'), 'start'], cwd: dashboard };
}

/** The answer of each process as long as its event loop turns; null for one that opens no port. */
export function livenessUrl(name: AppName, ports: Installation['ports']): string | null {
  if (name === 'keyholder' || name === 'spawner') return null;
  if (name === 'dashboard') return `http://127.0.0.1:${ports.dashboard}/dashboard`;
  return `http://127.0.0.1:${internalPort(name, ports)}/health/live`;
}

type Listening = Exclude<AppName, 'dashboard' | 'keyholder' | 'spawner'>;

function internalPort(name: Listening, ports: Installation['ports']): number {
  return { gateway: ports.gatewayInternal, worker: ports.workerInternal, supervisor: ports.supervisorInternal }[name];
}

/** Whether a program without a ready message serves: anything but an error of its own. */
export async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { redirect: 'manual' });
  await answer.body?.cancel();
  return answer.status < 500;
}
