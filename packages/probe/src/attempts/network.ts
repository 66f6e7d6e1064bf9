import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, type NetConnectOpts } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { EscapeAttempt } from '../escape-attempt.ts';

const NO_NETWORK = /^(ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL)$/;

export const NETWORK_ATTEMPTS: readonly EscapeAttempt[] = [
  {
    name: 'connect to a listener on the host’s loopback',
    attempt: ({ hostPort }) => dial({ host: '127.0.0.1', port: hostPort }),
    held: NO_NETWORK,
    layers: ['own network'],
  },
  { name: 'connect to it by ::1', attempt: ({ hostPort }) => dial({ host: '::1', port: hostPort }), held: NO_NETWORK },
  {
    name: 'connect to the cloud metadata address',
    attempt: () => dial({ host: '169.254.169.254', port: 80 }),
    held: NO_NETWORK,
  },
  { name: 'connect to a private address', attempt: () => dial({ host: '10.0.0.1', port: 80 }), held: NO_NETWORK },
  { name: 'connect to the internet', attempt: () => dial({ host: '1.1.1.1', port: 443 }), held: NO_NETWORK },
  {
    name: 'connect to an abstract unix socket of the host',
    attempt: ({ abstractSocket }) => dial({ path: `\0${abstractSocket}` }),
    held: NO_NETWORK,
    layers: ['own network'],
  },
  {
    name: 'resolve a name',
    attempt: () => lookup('example.com').then(({ address }) => address),
    held: /^(EAI_|ENOTFOUND)/,
  },
  { name: 'send a datagram', attempt: sendDatagram, held: NO_NETWORK },
  {
    name: 'list network interfaces by netlink',
    attempt: () => JSON.stringify(networkInterfaces()),
    held: /ERR_SYSTEM_ERROR|EAFNOSUPPORT/,
    layers: ['seccomp'],
  },
];

function dial(target: NetConnectOpts): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, timeout: 1_000 });
    const settle = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.on('connect', () => settle('connected'));
    socket.on('timeout', () => settle('no answer: packets leave'));
    socket.on('error', reject);
  });
}

function sendDatagram(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.on('error', reject);
    socket.send('x', 53, '8.8.8.8', (error) => {
      socket.close();
      if (error) reject(error);
      else resolve('sent');
    });
  });
}
