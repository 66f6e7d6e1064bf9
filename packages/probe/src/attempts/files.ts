import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import type { EscapeAttempt } from '../escape-attempt.ts';

const ABSENT = /^ENOENT$/;

export const FILE_ATTEMPTS: readonly EscapeAttempt[] = [
  {
    name: 'read /etc/passwd',
    attempt: () => fs.readFileSync('/etc/passwd', 'utf8'),
    held: ABSENT,
    layers: ['own root'],
  },
  {
    name: 'read /etc/passwd through a path with dots',
    attempt: () => fs.readFileSync('/tmp/../../../../etc/passwd', 'utf8'),
    held: ABSENT,
    layers: ['own root'],
  },
  {
    name: 'read /etc/passwd through a symbolic link of its own',
    attempt: () => {
      fs.symlinkSync('/etc/passwd', '/tmp/link');
      try {
        return fs.readFileSync('/tmp/link', 'utf8');
      } finally {
        fs.unlinkSync('/tmp/link');
      }
    },
    held: ABSENT,
    layers: ['own root'],
  },
  {
    name: 'hard link the program into the scratch',
    attempt: () => fs.linkSync('/runner/program.cjs', '/tmp/hard'),
    held: /^EXDEV|EPERM$/,
  },
  { name: 'read another tenant’s file', attempt: ({ otherFile }) => fs.readFileSync(otherFile, 'utf8'), held: ABSENT },
  {
    name: 'list the processes in /proc',
    attempt: () => fs.readdirSync('/proc').join(),
    held: ABSENT,
    layers: ['own root'],
  },
  { name: 'read /proc/1/environ', attempt: () => fs.readFileSync('/proc/1/environ', 'utf8'), held: ABSENT },
  {
    name: 'open a descriptor again through /proc/self/fd',
    attempt: () => fs.readdirSync('/proc/self/fd').join(),
    held: ABSENT,
    layers: ['own root'],
  },
  { name: 'list /sys', attempt: () => fs.readdirSync('/sys').join(), held: ABSENT },
  { name: 'list /home', attempt: () => fs.readdirSync('/home').join(), held: ABSENT },
  {
    name: 'see more than its own root',
    attempt: () => fs.readdirSync('/').sort().join(),
    held: /^dev,lib(,lib64)?,node,run,runner(,usr)?,tmp(,usr)?$/,
    layers: ['own root'],
  },
  {
    name: 'see more devices than null and urandom',
    attempt: () => fs.readdirSync('/dev').sort().join(),
    held: /^null,urandom$/,
  },
  { name: 'write to /dev/shm', attempt: () => fs.writeFileSync('/dev/shm/x', 'x'), held: /^ENOENT|EROFS$/ },
  { name: 'run a shell', attempt: () => execFileSync('/bin/sh', ['-c', 'id']), held: ABSENT },
  {
    name: 'write to the root',
    attempt: () => fs.writeFileSync('/x', 'x'),
    held: /^EROFS$/,
    layers: ['read-only root'],
  },
  { name: 'write to the program', attempt: () => fs.writeFileSync('/runner/program.cjs', 'x'), held: /^EROFS$/ },
  { name: 'replace the egress socket', attempt: () => fs.unlinkSync('/run/egress.sock'), held: /^EROFS$/ },
  { name: 'write to node', attempt: () => fs.openSync('/node', 'r+'), held: /^EROFS|ETXTBSY|EACCES$/ },
  {
    name: 'fill the scratch',
    attempt: () => {
      const mebibyte = Buffer.alloc(1024 * 1024);
      try {
        for (let count = 0; count < 20; count++) fs.writeFileSync(`/tmp/fill-${count}`, mebibyte);
        return '20 MiB written';
      } finally {
        for (const name of fs.readdirSync('/tmp')) if (name.startsWith('fill-')) fs.unlinkSync(`/tmp/${name}`);
      }
    },
    held: /^ENOSPC$/,
    layers: ['sized scratch'],
  },
  {
    name: 'make a file larger than files may be',
    attempt: () => {
      const file = fs.openSync('/tmp/large', 'w');
      try {
        fs.ftruncateSync(file, 64 * 1024 * 1024);
        return '64 MiB long';
      } finally {
        fs.closeSync(file);
        fs.unlinkSync('/tmp/large');
      }
    },
    held: /^EFBIG$/,
    layers: ['rlimits'],
  },
  {
    name: 'open files without end',
    attempt: () => {
      const open: number[] = [];
      try {
        for (let count = 0; count < 500; count++) open.push(fs.openSync('/node', 'r'));
        return '500 open';
      } finally {
        for (const file of open) fs.closeSync(file);
      }
    },
    held: /^EMFILE$/,
    layers: ['rlimits'],
  },
];
