import { fstatSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { EscapeAttempt } from '../escape-attempt.ts';

const DESCRIPTORS_TRIED = 1024;

export const PROCESS_ATTEMPTS: readonly EscapeAttempt[] = [
  {
    name: 'signal a process of the host',
    attempt: ({ hostPid }) => process.kill(hostPid, 0),
    held: /^ESRCH$/,
    layers: ['own processes'],
  },
  { name: 'be anything but process 1', attempt: () => process.pid, held: /^1$/, layers: ['own processes'] },
  { name: 'become root', attempt: () => process.setuid?.(0), held: /^EPERM$/ },
  { name: 'change its group', attempt: () => process.setgid?.(0), held: /^EPERM$/ },
  {
    name: 'see an environment',
    attempt: () => Object.keys(process.env).sort().join(),
    held: /^(PATH)?(,?PWD)?$/,
    layers: ['empty environment'],
  },
  {
    name: 'use a descriptor that was passed on',
    attempt: () => {
      const open: number[] = [];
      for (let descriptor = 4; descriptor < DESCRIPTORS_TRIED; descriptor++) {
        try {
          const facts = fstatSync(descriptor);
          if (facts.isSocket() || facts.isFile() || facts.isDirectory()) open.push(descriptor);
        } catch {
          // Not open.
        }
      }
      return open.join() || 'none';
    },
    held: /^none$/,
  },
  { name: 'raise its own priority', attempt: () => setPriority(0, -20), held: /ERR_SYSTEM_ERROR|EACCES|EPERM/ },
];
