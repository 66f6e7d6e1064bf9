/** System calls that lead out of namespaces, into other processes or into rarely used parts of the kernel. */
import type { EscapeAttempt } from '../escape-attempt.ts';
import { canCallRaw, type RawCall, rawCall } from '../raw-syscall.ts';

const REFUSED = /^EPERM$/;
const UNKNOWN = /^ENOSYS$/;
const KILLED = /^SIGSYS$/;
/** SIGSEGV: this processor or its hypervisor has no such gate, and nothing was called. */
const KILLED_OR_NO_GATE = /^SIG(SYS|SEGV)$/;
const NO_FAMILY = /^EAFNOSUPPORT$/;

const CLONE = { user: 0x1000_0000, mount: 0x2_0000, network: 0x4000_0000, pid: 0x2000_0000, signal: 17 };
const X32 = 0x4000_0000;

type Row = readonly [name: string, call: RawCall, held: RegExp, layers?: EscapeAttempt['layers']];

/** Numbers of x86_64. @see linux/arch/x86/entry/syscalls/syscall_64.tbl */
const ROWS: readonly Row[] = [
  ['make a user namespace', { nr: 272, args: [CLONE.user] }, REFUSED, ['seccomp', 'no nested namespaces']],
  ['make a network namespace', { nr: 272, args: [CLONE.network] }, REFUSED],
  ['make a mount namespace', { nr: 272, args: [CLONE.mount] }, REFUSED],
  [
    'clone into a user namespace',
    { nr: 56, args: [CLONE.user | CLONE.signal] },
    REFUSED,
    ['seccomp', 'no nested namespaces'],
  ],
  ['clone into a pid namespace', { nr: 56, args: [CLONE.pid | CLONE.signal] }, REFUSED],
  ['clone3', { nr: 435, args: [0, 0] }, UNKNOWN, ['seccomp']],
  ['enter a namespace (setns)', { nr: 308, args: [0, 0] }, REFUSED, ['seccomp']],
  ['mount', { nr: 165, args: ['none', '/tmp', 'tmpfs', 0, 0] }, REFUSED],
  ['unmount', { nr: 166, args: ['/tmp', 0] }, REFUSED],
  ['pivot_root', { nr: 155, args: ['/', '/'] }, REFUSED],
  ['fsopen', { nr: 430, args: ['tmpfs', 0] }, REFUSED],
  ['open_tree', { nr: 428, args: [-100, '/', 0] }, REFUSED],
  ['move_mount', { nr: 429, args: [0, '', 0, '', 0] }, REFUSED],
  ['chroot', { nr: 161, args: ['/tmp'] }, REFUSED, ['seccomp', 'no capabilities']],
  ['make a device', { nr: 133, args: ['/tmp/node', 0o60666, 0x800] }, REFUSED],
  ['be traced (ptrace)', { nr: 101, args: [0, 0, 0, 0] }, REFUSED, ['seccomp']],
  ['read another process’s memory', { nr: 310, args: [1, 0, 0, 0, 0, 0] }, REFUSED, ['seccomp']],
  ['write another process’s memory', { nr: 311, args: [1, 0, 0, 0, 0, 0] }, REFUSED],
  ['take hold of a process (pidfd_open)', { nr: 434, args: [1, 0] }, REFUSED, ['seccomp']],
  ['steal a descriptor (pidfd_getfd)', { nr: 438, args: [0, 0, 0] }, REFUSED],
  ['load a BPF program', { nr: 321, args: [0, 0, 0] }, REFUSED],
  ['perf_event_open', { nr: 298, args: [0, 0, 0, 0, 0] }, REFUSED],
  ['userfaultfd', { nr: 323, args: [0] }, REFUSED],
  ['io_uring_setup', { nr: 425, args: [4, 0] }, UNKNOWN, ['seccomp']],
  ['io_uring_enter', { nr: 426, args: [0, 0, 0, 0, 0, 0] }, UNKNOWN],
  ['openat2', { nr: 437, args: [-100, '/', 0, 0] }, UNKNOWN],
  ['keyctl', { nr: 250, args: [0, -4, 0] }, REFUSED, ['seccomp']],
  ['add_key', { nr: 248, args: ['user', 'x', 'y', 1, -4] }, REFUSED],
  ['memfd_create', { nr: 319, args: ['x', 0] }, REFUSED, ['seccomp']],
  ['memfd_secret', { nr: 447, args: [0] }, REFUSED],
  ['open_by_handle_at', { nr: 304, args: [-100, 0, 0] }, REFUSED],
  ['name_to_handle_at', { nr: 303, args: [-100, '/', 0, 0, 0] }, REFUSED, ['seccomp']],
  ['load a kernel module', { nr: 175, args: [0, 0, ''] }, REFUSED],
  ['kexec', { nr: 246, args: [0, 0, 0, 0] }, REFUSED],
  ['reboot', { nr: 169, args: [0xfee1dead, 672274793, 0, 0] }, REFUSED],
  ['set the host name', { nr: 170, args: ['x', 1] }, REFUSED],
  ['set the clock', { nr: 227, args: [0, 0] }, REFUSED],
  ['swap', { nr: 167, args: ['/tmp', 0] }, REFUSED],
  ['read the kernel log', { nr: 103, args: [3, 0, 0] }, REFUSED],
  ['become root (setuid)', { nr: 105, args: [0] }, REFUSED],
  ['set capabilities', { nr: 126, args: [0, 0] }, REFUSED],
  ['a netlink socket', { nr: 41, args: [16, 3, 0] }, NO_FAMILY, ['seccomp']],
  ['a packet socket', { nr: 41, args: [17, 3, 0] }, NO_FAMILY],
  ['a vsock socket', { nr: 41, args: [40, 1, 0] }, NO_FAMILY],
  ['a crypto (alg) socket', { nr: 41, args: [38, 5, 0] }, NO_FAMILY],
  ['a pair of internet sockets', { nr: 53, args: [2, 1, 0, 0] }, NO_FAMILY, ['seccomp']],
  ['a raw socket', { nr: 41, args: [2, 3, 1] }, REFUSED],
  ['type into a terminal (TIOCSTI)', { nr: 16, args: [0, 0x5412, 'x'] }, REFUSED, ['seccomp']],
  ['drop no_new_privs’ filter (seccomp)', { nr: 317, args: [1, 0, 0] }, REFUSED],
  ['enter as x32', { nr: X32 + 39 }, KILLED, ['seccomp']],
  ['enter through the 32-bit gate', { nr: 20, gate32: true }, KILLED_OR_NO_GATE, ['seccomp']],
];

export const KERNEL_ATTEMPTS: readonly EscapeAttempt[] = ROWS.map(([name, call, held, layers]) => ({
  name: `system call: ${name}`,
  attempt: () => rawCall(call),
  held,
  ...(call.gate32 && { isPossible: (scratch: string) => !held.test(rawCall(call, scratch)) }),
  ...(layers && { layers }),
  ...(!canCallRaw && { skip: 'native attempts are assembled for x86_64' }),
}));
