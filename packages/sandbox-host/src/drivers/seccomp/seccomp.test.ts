import { describe, expect, it } from 'vitest';
import {
  type Architecture,
  allowedCalls,
  assembleSeccompFilter,
  EAFNOSUPPORT,
  ENOSYS,
  EPERM,
  SECCOMP_ALLOW,
  SECCOMP_KILL,
  seccompErrno,
  syscallNumber,
} from './seccomp.ts';

const AUDIT = { x86_64: 0xc000_003e, aarch64: 0xc000_00b7 } as const;

/** Runs the program the way the kernel does. */
function actionOf(
  architecture: Architecture,
  call: number,
  args: number[] = [],
  arch: number = AUDIT[architecture],
): number {
  const program = assembleSeccompFilter(architecture);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call >>> 0, 0);
  data.writeUInt32LE(arch, 4);
  for (const [index, value] of args.entries()) data.writeUInt32LE(value >>> 0, 16 + index * 8);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const value = program.readUInt32LE(at * 8 + 4);
    const [ifTrue, ifFalse] = [program.readUInt8(at * 8 + 2), program.readUInt8(at * 8 + 3)];
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x05) at += value;
    else if (code === 0x15) at += accumulator === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += accumulator >= value ? ifTrue : ifFalse;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? ifTrue : ifFalse;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('the program ends without an answer');
}

const numberOf = (architecture: Architecture, name: string) => {
  const value = syscallNumber(architecture, name);
  if (value === null) throw new Error(`${architecture} has no ${name}`);
  return value;
};

const REFUSED = (
  'ptrace mount umount2 unshare setns bpf keyctl add_key request_key process_vm_readv process_vm_writev ' +
  'perf_event_open userfaultfd pidfd_open pidfd_getfd memfd_create kexec_load init_module finit_module open_by_handle_at ' +
  'name_to_handle_at mknodat setuid setgid chroot pivot_root fsopen move_mount personality reboot swapon acct quotactl seccomp'
).split(' ');

describe.each(['x86_64', 'aarch64'] as const)('the filter for %s', (architecture) => {
  it.each(REFUSED)('the seccomp filter refuses %s', (name) => {
    expect(actionOf(architecture, numberOf(architecture, name))).toBe(seccompErrno(EPERM));
  });

  it.each(['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register', 'openat2'])(
    'the seccomp filter reports %s as an unknown call',
    (name) => {
      expect(actionOf(architecture, numberOf(architecture, name))).toBe(seccompErrno(ENOSYS));
    },
  );

  it('the seccomp filter kills entry by another architecture', () => {
    const foreign = architecture === 'x86_64' ? 0x4000_0003 : 0x4000_0028;
    expect(actionOf(architecture, numberOf(architecture, 'read'), [], foreign)).toBe(SECCOMP_KILL);
  });

  it.each([0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x80])(
    'the seccomp filter refuses clone with namespace flag %i',
    (flag) => {
      expect(actionOf(architecture, numberOf(architecture, 'clone'), [flag | 0x11])).toBe(seccompErrno(EPERM));
    },
  );

  it('the seccomp filter allows clone for threads and children', () => {
    expect(actionOf(architecture, numberOf(architecture, 'clone'), [0x003d_0f00])).toBe(SECCOMP_ALLOW);
    expect(actionOf(architecture, numberOf(architecture, 'clone'), [0x0000_4111])).toBe(SECCOMP_ALLOW);
  });

  it('the seccomp filter allows sockets of three families and no other', () => {
    const families = Array.from({ length: 64 }, (_, family) => family);
    const passed = families.filter(
      (family) => actionOf(architecture, numberOf(architecture, 'socket'), [family]) === SECCOMP_ALLOW,
    );
    expect(passed).toEqual([1, 2, 10]);
    expect(actionOf(architecture, numberOf(architecture, 'socket'), [16])).toBe(seccompErrno(EAFNOSUPPORT));
  });

  it('the seccomp filter allows socket pairs of AF_UNIX and of no other family', () => {
    const verdicts = Array.from({ length: 64 }, (_, family) =>
      actionOf(architecture, numberOf(architecture, 'socketpair'), [family]),
    );
    const expected = verdicts.map((_, family) => (family === 1 ? SECCOMP_ALLOW : seccompErrno(EAFNOSUPPORT)));
    expect(verdicts).toEqual(expected);
  });

  it('the seccomp filter refuses typing into a terminal and prctl beyond names', () => {
    expect(actionOf(architecture, numberOf(architecture, 'ioctl'), [0, 0x5412])).toBe(seccompErrno(EPERM));
    expect(actionOf(architecture, numberOf(architecture, 'ioctl'), [0, 0x541c])).toBe(seccompErrno(EPERM));
    expect(actionOf(architecture, numberOf(architecture, 'ioctl'), [0, 0x5421])).toBe(SECCOMP_ALLOW);
    expect(actionOf(architecture, numberOf(architecture, 'prctl'), [22])).toBe(seccompErrno(EPERM));
    expect(actionOf(architecture, numberOf(architecture, 'prctl'), [15])).toBe(SECCOMP_ALLOW);
  });

  it('the seccomp filter allows exactly the listed calls and the five with rules', () => {
    const rules = ['clone', 'ioctl', 'prctl', 'socket', 'socketpair'];
    const listed = new Set(
      allowedCalls()
        .map((name) => syscallNumber(architecture, name))
        .filter((value) => value !== null),
    );
    const withRules = new Set(rules.map((name) => numberOf(architecture, name)));
    for (let call = 0; call < 600; call++) {
      if (withRules.has(call)) continue;
      expect([call, actionOf(architecture, call) === SECCOMP_ALLOW]).toEqual([call, listed.has(call)]);
    }
  });
});

it('the seccomp filter kills the x32 entry of x86_64', () => {
  expect(actionOf('x86_64', 0x4000_0000 | 1)).toBe(SECCOMP_KILL);
});
