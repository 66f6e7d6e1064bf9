/**
 * Makes single system calls without a library between us and the kernel: a static ELF of one call, assembled here, written
 * to the scratch and executed. Node has no way to call what its libraries refuse to call; an attacker has this one.
 */
import { spawnSync } from 'node:child_process';
import { unlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';

export interface RawCall {
  readonly nr: number;
  readonly args?: readonly (number | bigint | string)[];
  /** Enter through the 32-bit gate instead. */
  readonly gate32?: boolean;
}

const BASE = 0x40_0000n;
const HEADERS = 64 + 56;
const SCRATCH_FILE = 'raw-call';
let count = 0;

/** Native attempts are assembled for this architecture only. */
export const canCallRaw = process.arch === 'x64';

/**
 * The kernel's answer: `OK`, the name of the error, or the signal that ended the process. Strings among the arguments
 * are passed as pointers to them.
 */
export function rawCall(call: RawCall, directory = '/tmp'): string {
  const file = `${directory}/${SCRATCH_FILE}-${count++}`;
  writeFileSync(file, elfOf(call), { mode: 0o755 });
  try {
    const ended = spawnSync(file, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 3_000 });
    if (ended.error) return (ended.error as NodeJS.ErrnoException).code ?? ended.error.message; // spawn's errors have a code
    if (ended.signal) return ended.signal;
    if (ended.stdout.byteLength < 8) return `exit ${ended.status}`;
    const answer = ended.stdout.readBigInt64LE(0);
    return answer >= 0n ? 'OK' : nameOfError(Number(-answer));
  } finally {
    unlinkSync(file);
  }
}

function nameOfError(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}

/** `mov r, imm64` for rdi, rsi, rdx, r10, r8, r9: the order of the system call's arguments. */
const REGISTERS = [
  [0x48, 0xbf],
  [0x48, 0xbe],
  [0x48, 0xba],
  [0x49, 0xba],
  [0x49, 0xb8],
  [0x49, 0xb9],
] as const;
const EAX = [0x48, 0xb8] as const;
const SYSCALL = [0x0f, 0x05];
const INT_80 = [0xcd, 0x80];

function elfOf({ nr, args = [], gate32 = false }: RawCall): Buffer {
  const code: number[] = [];
  const fixups: { readonly at: number; readonly text: string }[] = [];
  const move = (register: readonly number[], value: number | bigint | string) => {
    code.push(...register);
    if (typeof value === 'string') fixups.push({ at: code.length, text: value });
    code.push(...wordOf(typeof value === 'string' ? 0 : value));
  };
  args.forEach((value, index) => {
    move(REGISTERS[index] ?? REGISTERS[0], value);
  });
  move(EAX, nr);
  code.push(...(gate32 ? INT_80 : SYSCALL));
  code.push(0x50); // push rax: the answer is on the stack
  code.push(0x48, 0x89, 0xe6); // mov rsi, rsp
  move(REGISTERS[0], 1);
  move(REGISTERS[2], 8);
  move(EAX, 1); // write
  code.push(...SYSCALL);
  move(REGISTERS[0], 0);
  move(EAX, 231); // exit_group
  code.push(...SYSCALL);

  const data: Buffer[] = [];
  let at = HEADERS + code.length;
  const bytes = Buffer.from(code);
  for (const fixup of fixups) {
    const text = Buffer.from(`${fixup.text}\0`);
    bytes.writeBigUInt64LE(BASE + BigInt(at), fixup.at);
    data.push(text);
    at += text.length;
  }
  return Buffer.concat([headersOf(at), bytes, ...data]);
}

function wordOf(value: number | bigint): Buffer {
  const word = Buffer.alloc(8);
  word.writeBigInt64LE(BigInt(value));
  return word;
}

/** ELF header and one loadable segment with everything. @see elf(5) */
function headersOf(fileBytes: number): Buffer {
  const head = Buffer.alloc(HEADERS);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(2, 16); // executable
  head.writeUInt16LE(62, 18); // x86-64
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // entry
  head.writeBigUInt64LE(64n, 32); // program headers
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64); // load
  head.writeUInt32LE(7, 68); // read, write, execute
  head.writeBigUInt64LE(BASE, 80);
  head.writeBigUInt64LE(BASE, 88);
  head.writeBigUInt64LE(BigInt(fileBytes), 96);
  head.writeBigUInt64LE(BigInt(fileBytes), 104);
  head.writeBigUInt64LE(0x1000n, 112);
  return head;
}
