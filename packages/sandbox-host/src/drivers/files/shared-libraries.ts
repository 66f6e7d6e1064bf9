/** The shared libraries a program needs, read from its ELF headers, so that a sandbox gets these files and no directory. */
import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount } from '../driver.ts';

const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0n;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;

const LIBRARY_DIRECTORIES = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

/**
 * Everything the loader opens for this program, the loader itself included.
 *
 * @throws Error that names the library that is not on this machine
 */
export function sharedLibrariesOf(program: string): Mount[] {
  const mounts = new Map<string, Mount>();
  const queue = [program];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const { interpreter, needed } = readElf(file);
    if (interpreter) mounts.set(interpreter, { source: realpathSync(interpreter), target: interpreter });
    for (const name of needed) {
      const directory = LIBRARY_DIRECTORIES.find((candidate) => existsSync(join(candidate, name)));
      if (directory === undefined) throw new Error(`${file} needs ${name}, which is not on this machine.`);
      const target = join(directory, name);
      if (mounts.has(target)) continue;
      mounts.set(target, { source: realpathSync(target), target });
      queue.push(target);
    }
  }
  return [...mounts.values()].sort((a, b) => dirname(a.target).localeCompare(dirname(b.target)));
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly bytes: number;
}

function readElf(file: string): { interpreter: string | null; needed: string[] } {
  const read = openReader(file);
  try {
    const header = read.at(0, 64);
    if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== 2)
      throw new Error(`${file} is no 64-bit ELF file.`);
    const segments = readSegments(read, header);
    const interp = segments.find((segment) => segment.type === PT_INTERP);
    const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
    return {
      interpreter: interp ? textAt(read.at(interp.offset, interp.bytes), 0) : null,
      needed: dynamic ? readNeeded(read, dynamic, segments) : [],
    };
  } finally {
    read.close();
  }
}

interface Reader {
  at(offset: number, bytes: number): Buffer;
  close(): void;
}

function openReader(file: string): Reader {
  const descriptor = openSync(file, 'r');
  return {
    at: (offset, bytes) => {
      const buffer = Buffer.alloc(bytes);
      readSync(descriptor, buffer, 0, bytes, offset);
      return buffer;
    },
    close: () => closeSync(descriptor),
  };
}

function readSegments(read: Reader, header: Buffer): Segment[] {
  const table = Number(header.readBigUInt64LE(32));
  const [entryBytes, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const entry = read.at(table + index * entryBytes, entryBytes);
    return {
      type: entry.readUInt32LE(0),
      offset: Number(entry.readBigUInt64LE(8)),
      address: entry.readBigUInt64LE(16),
      bytes: Number(entry.readBigUInt64LE(32)),
    };
  });
}

function readNeeded(read: Reader, dynamic: Segment, segments: readonly Segment[]): string[] {
  const table = read.at(dynamic.offset, dynamic.bytes);
  const nameOffsets: bigint[] = [];
  let strings = 0n;
  for (let at = 0; at + 16 <= table.byteLength; at += 16) {
    const [tag, value] = [table.readBigUInt64LE(at), table.readBigUInt64LE(at + 8)];
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) nameOffsets.push(value);
    if (tag === DT_STRTAB) strings = value;
  }
  const holder = segments.find(
    (segment) => segment.type === 1 && strings >= segment.address && strings < segment.address + BigInt(segment.bytes),
  );
  if (!holder) return [];
  const stringsOffset = holder.offset + Number(strings - holder.address);
  return nameOffsets.map((offset) => textAt(read.at(stringsOffset + Number(offset), 256), 0));
}

function textAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end === -1 ? bytes.byteLength : end);
}
