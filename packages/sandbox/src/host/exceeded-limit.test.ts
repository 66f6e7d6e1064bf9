import { describe, expect, it } from 'vitest';
import { errorOfLimit } from './exceeded-limit.ts';
import { PROFILES } from './limits.ts';

describe('the error of a process that ended at a limit', () => {
  it.each([
    ['memory', 'sandbox.out_of_memory', '160 MiB'],
    ['cpu', 'sandbox.cpu_exceeded', '60 s'],
    ['processes', 'sandbox.processes_exceeded', '40 processes'],
  ] as const)('names %s and its figure', (exceeded, code, figure) => {
    expect(errorOfLimit(exceeded, '', PROFILES.runtime)).toMatchObject({
      code,
      detail: expect.stringContaining(figure),
    });
  });

  it('is told by the last words where nobody saw the limit, and is none otherwise', () => {
    expect(errorOfLimit(null, 'uv_thread_create: EAGAIN', PROFILES.runtime)?.code).toBe('sandbox.processes_exceeded');
    expect(errorOfLimit(null, 'segmentation fault', PROFILES.runtime)).toBeNull();
  });
});
