/**
 * The sandbox's system call filter, assembled here as a classic BPF program: no compiler, no library, nothing to install.
 *
 * It answers: entry by another architecture (32-bit, x32) kills; listed calls pass; `clone` passes without namespace
 * flags; `clone3` returns ENOSYS, so that libc falls back to `clone` whose flags a filter can see; sockets only of the
 * families AF_UNIX, AF_INET and AF_INET6 (an empty network namespace does not close vsock, netlink or alg); pairs of
 * sockets only of AF_UNIX, the only allowed family that has any; all else EPERM.
 *
 * @see linux/Documentation/userspace-api/seccomp_filter.rst
 */
import { SECCOMP_ALLOW_LIST } from './seccomp-allow-list.ts';
import { SYSCALLS_AARCH64 } from './syscalls-aarch64.ts';
import { SYSCALLS_X86_64 } from './syscalls-x86-64.ts';

export type Architecture = 'x86_64' | 'aarch64';

export const SECCOMP_ALLOW = 0x7fff_0000;
export const SECCOMP_KILL = 0x8000_0000;
/** The filter result "fail with this errno". */
export const seccompErrno = (errno: number): number => 0x0005_0000 | errno;

export const EPERM = 1;
export const ENOSYS = 38;
export const EAFNOSUPPORT = 97;

const ARCHITECTURES = {
  x86_64: { auditArch: 0xc000_003e, calls: SYSCALLS_X86_64, hasX32: true },
  aarch64: { auditArch: 0xc000_00b7, calls: SYSCALLS_AARCH64, hasX32: false },
} as const;

/** Offsets in `struct seccomp_data`; arguments are 64-bit little-endian, only their low word is compared. */
const OFFSET = { nr: 0, arch: 4, arg0: 16, arg1: 24 } as const;
const OP = {
  loadWord: 0x20,
  jumpAlways: 0x05,
  jumpEqual: 0x15,
  jumpAtLeast: 0x35,
  jumpAnyBit: 0x45,
  ret: 0x06,
} as const;

/** Low words of the `clone` flags that make a new namespace. @see linux/sched.h CLONE_NEW* */
const NAMESPACE_FLAGS = 0x7e02_0080;
const X32_BIT = 0x4000_0000;
const SOCKET_FAMILIES = [1, 2, 10];
/** The sockets that libuv creates for the standard streams of a child process. */
const SOCKET_PAIR_FAMILIES = [1];
/** TIOCSTI and TIOCLINUX type into a terminal that is shared with another process. */
const REFUSED_IOCTLS = [0x5412, 0x541c];
/** PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA. */
const ALLOWED_PRCTLS = [1, 3, 15, 16, 23, 0x5356_4d41];
/** Calls libc and libuv try first and fall back from when the kernel seems not to know them. */
const UNKNOWN_CALLS = ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register', 'openat2'];

interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

const load = (offset: number): Instruction => ({ code: OP.loadWord, jumpTrue: 0, jumpFalse: 0, value: offset });
const answer = (action: number): Instruction => ({ code: OP.ret, jumpTrue: 0, jumpFalse: 0, value: action });
const jump = (code: number, value: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code,
  jumpTrue,
  jumpFalse,
  value,
});

/** The names of all allowed calls, whether or not an architecture has them. */
export function allowedCalls(): string[] {
  return Object.values(SECCOMP_ALLOW_LIST).flatMap((group) => group.calls);
}

/** The number of a call, or null where the architecture has none of that name. */
export function syscallNumber(architecture: Architecture, name: string): number | null {
  return ARCHITECTURES[architecture].calls[name] ?? null;
}

/** The filter as the array of `struct sock_filter` that bubblewrap reads from `--seccomp`. */
export function assembleSeccompFilter(architecture: Architecture): Buffer {
  const { auditArch, hasX32 } = ARCHITECTURES[architecture];
  const number = (name: string) => syscallNumber(architecture, name);
  const program: Instruction[] = [load(OFFSET.arch), jump(OP.jumpEqual, auditArch, 1, 0), answer(SECCOMP_KILL)];
  program.push(load(OFFSET.nr));
  if (hasX32) program.push(jump(OP.jumpAtLeast, X32_BIT, 0, 1), answer(SECCOMP_KILL));

  for (const name of UNKNOWN_CALLS) program.push(...whenCall(number(name), [answer(seccompErrno(ENOSYS))]));
  program.push(
    ...whenCall(number('clone'), [
      load(OFFSET.arg0),
      jump(OP.jumpAnyBit, NAMESPACE_FLAGS, 0, 1),
      answer(seccompErrno(EPERM)),
      answer(SECCOMP_ALLOW),
    ]),
    ...whenCall(number('socket'), oneOf(OFFSET.arg0, SOCKET_FAMILIES, SECCOMP_ALLOW, seccompErrno(EAFNOSUPPORT))),
    ...whenCall(
      number('socketpair'),
      oneOf(OFFSET.arg0, SOCKET_PAIR_FAMILIES, SECCOMP_ALLOW, seccompErrno(EAFNOSUPPORT)),
    ),
    ...whenCall(number('ioctl'), oneOf(OFFSET.arg1, REFUSED_IOCTLS, seccompErrno(EPERM), SECCOMP_ALLOW)),
    ...whenCall(number('prctl'), oneOf(OFFSET.arg0, ALLOWED_PRCTLS, SECCOMP_ALLOW, seccompErrno(EPERM))),
  );

  const allowed = allowedCalls()
    .map(number)
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  program.push(...searchTree(asRanges(allowed)));
  return encode(program);
}

/** Runs `body` when the loaded call number is this one; `body` must always answer. */
function whenCall(callNumber: number | null, body: readonly Instruction[]): Instruction[] {
  return callNumber === null ? [] : [jump(OP.jumpEqual, callNumber, 0, body.length), ...body];
}

/** Compares one argument with a list. */
function oneOf(offset: number, values: readonly number[], hit: number, miss: number): Instruction[] {
  const tests = values.map((value, index) => jump(OP.jumpEqual, value, values.length - index, 0));
  return [load(offset), ...tests, answer(miss), answer(hit)];
}

type Range = readonly [from: number, end: number];

function asRanges(sorted: readonly number[]): Range[] {
  const ranges: [number, number][] = [];
  for (const value of sorted) {
    const last = ranges.at(-1);
    if (last && value <= last[1]) last[1] = Math.max(last[1], value + 1);
    else ranges.push([value, value + 1]);
  }
  return ranges;
}

/** A binary search over the allowed ranges, so that a frequent call costs about eight comparisons. */
function searchTree(ranges: readonly Range[]): Instruction[] {
  const [first] = ranges;
  if (!first) return [answer(seccompErrno(EPERM))];
  if (ranges.length === 1) {
    return [
      jump(OP.jumpAtLeast, first[0], 0, 2),
      jump(OP.jumpAtLeast, first[1], 1, 0),
      answer(SECCOMP_ALLOW),
      answer(seccompErrno(EPERM)),
    ];
  }
  const middle = ranges.length >> 1;
  const [lower, upper] = [ranges.slice(0, middle), ranges.slice(middle)];
  const below = searchTree(lower);
  // Conditional jumps reach 255 instructions, the unconditional one any distance.
  const overBelow: Instruction = { code: OP.jumpAlways, jumpTrue: 0, jumpFalse: 0, value: below.length };
  return [jump(OP.jumpAtLeast, upper[0]?.[0] ?? 0, 0, 1), overBelow, ...below, ...searchTree(upper)];
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach((instruction, index) => {
    bytes.writeUInt16LE(instruction.code, index * 8);
    bytes.writeUInt8(instruction.jumpTrue, index * 8 + 2);
    bytes.writeUInt8(instruction.jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(instruction.value >>> 0, index * 8 + 4);
  });
  return bytes;
}
