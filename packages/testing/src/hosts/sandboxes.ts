import { execFileSync } from 'node:child_process';
import { runServices } from '../run/run-services.ts';

/**
 * The program that `npm start` would use too. Without one, the supervisor's default, which reports the missing program.
 */
export function bubblewrapFile(): string {
  const { bubblewrap } = runServices();
  return 'found' in bubblewrap ? bubblewrap.found : '/usr/bin/bwrap';
}

let isAble: boolean | undefined;

/** Whether this machine can run sandboxes; for `skipUnless`. Tried once per process. */
export function hasSandboxes(): boolean {
  isAble ??= canIsolate();
  return isAble;
}

function canIsolate(): boolean {
  try {
    execFileSync(bubblewrapFile(), ['--unshare-all', '--ro-bind', '/', '/', '/bin/true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
