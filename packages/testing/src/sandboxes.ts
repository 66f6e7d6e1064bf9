import { execFileSync } from 'node:child_process';

/** Where Debian has it; the supervisor's default too. */
const BUBBLEWRAP = '/usr/bin/bwrap';

/** Whether this machine can run sandboxes; for `skipUnless`. */
export function hasSandboxes(): boolean {
  try {
    execFileSync(BUBBLEWRAP, ['--unshare-all', '--ro-bind', '/', '/', '/bin/true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
