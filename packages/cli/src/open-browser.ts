import { spawn } from 'node:child_process';
import type { CliConfig } from './config.ts';

type BrowserConfig = Partial<Pick<CliConfig, 'BROWSER' | 'CI' | 'SSH_CONNECTION' | 'DISPLAY' | 'WAYLAND_DISPLAY'>>;

/** Whether a browser on this machine can be opened for the person at this terminal. Pure. */
export function hasBrowser(config: BrowserConfig, platform: NodeJS.Platform = process.platform): boolean {
  if (config.BROWSER !== undefined) return true;
  if (config.CI !== undefined || config.SSH_CONNECTION !== undefined) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return config.DISPLAY !== undefined || config.WAYLAND_DISPLAY !== undefined;
}

/** Opens an address in the person's browser. Best effort: callers print the address too. */
export function openBrowser(url: string, { BROWSER: chosen }: BrowserConfig = {}): void {
  const [command, ...args] =
    chosen !== undefined
      ? [chosen, url]
      : process.platform === 'darwin'
        ? ['open', url]
        : process.platform === 'win32'
          ? ['rundll32', 'url.dll,FileProtocolHandler', url]
          : ['xdg-open', url];
  const child = spawn(command ?? 'xdg-open', args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
