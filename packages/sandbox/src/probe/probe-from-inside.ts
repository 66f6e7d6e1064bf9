/** The attempts of the self-test, made inside a sandbox. Each names the wall that stands when the attempt fails. */
import { execFileSync } from 'node:child_process';
import { fstatSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { onTask } from '../builder/link.ts';

const DESCRIPTORS_TRIED = 256;
/** Beside the standard ones: the link. Node's own (epoll, eventfd, pipes) are no sockets and no files. */
const LINK_DESCRIPTOR = 3;

const ATTEMPTS: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  'own root: no /etc': () => fails(() => readdirSync('/etc')),
  'own root: no /home': () => fails(() => readdirSync('/home')),
  'no /proc': () => fails(() => readdirSync('/proc/self')),
  'no /sys': () => fails(() => readdirSync('/sys')),
  'no shell': () => fails(() => execFileSync('/bin/sh', ['-c', 'true'])),
  'read-only root': () => fails(() => writeFileSync('/x', 'x')),
  'read-only program': () => fails(() => writeFileSync('/runner/program.cjs', 'x')),
  'only null and urandom as devices': () => readdirSync('/dev').sort().join() === 'null,urandom',
  'own process ids': () => process.pid === 1,
  'empty environment': () => Object.keys(process.env).every((name) => name === 'PATH' || name === 'PWD'),
  'no way to root': () => fails(() => process.setuid?.(0)),
  'no netlink': () => fails(() => networkInterfaces()),
  'no network': () => refusesConnection({ host: '169.254.169.254', port: 80 }),
  'no host loopback': () => refusesConnection({ host: '127.0.0.1', port: 22 }),
  'no passed descriptors': () => openSockets().every((descriptor) => descriptor === LINK_DESCRIPTOR || descriptor < 3),
  'sized scratch': () => fails(fillScratch),
};

onTask(async () => {
  const missing: string[] = [];
  for (const [wall, holds] of Object.entries(ATTEMPTS)) {
    if (!(await holds())) missing.push(wall);
  }
  return { result: { missing } };
});

function fails(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}

function refusesConnection(target: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: 500 });
    socket.on('connect', () => resolve(false));
    socket.on('timeout', () => resolve(false));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENETUNREACH' || error.code === 'ECONNREFUSED'),
    );
  });
}

function openSockets(): number[] {
  const found: number[] = [];
  for (let descriptor = 0; descriptor < DESCRIPTORS_TRIED; descriptor++) {
    try {
      const facts = fstatSync(descriptor);
      if (facts.isSocket() || facts.isFile()) found.push(descriptor);
    } catch {
      // Not open.
    }
  }
  return found;
}

function fillScratch(): void {
  const mebibyte = Buffer.alloc(1024 * 1024);
  for (let count = 0; count < 20; count++) writeFileSync(`/tmp/fill-${count}`, mebibyte);
}
