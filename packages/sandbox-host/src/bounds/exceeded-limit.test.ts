import { describe, expect, it } from 'vitest';
import type { ExceededLimit } from '../drivers/driver.ts';
import { errorOfLimit } from './exceeded-limit.ts';
import { PROFILES } from './limits.ts';

describe('the error of a sandbox that ended at a limit', () => {
  it.each<[ExceededLimit, string, string]>([
    ['memory', 'sandbox.out_of_memory', '160 MiB'],
    ['cpu', 'sandbox.cpu_exceeded', '60 s of CPU time within a minute'],
    ['processes', 'sandbox.processes_exceeded', '40 processes and threads'],
    ['files', 'sandbox.files_exceeded', '16384 files in /tmp'],
  ])('the error of an exceeded limit names %s and its figure', (limit, code, figure) => {
    expect(errorOfLimit(limit, '', PROFILES.runtime)).toMatchObject({
      code,
      detail: expect.stringContaining(figure),
      data: { limit },
    });
  });

  it.each([
    ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'sandbox.out_of_memory'],
    ['node: ../deps/uv/src/threadpool.c: uv_thread_create() failed', 'sandbox.processes_exceeded'],
  ])('reads the exceeded limit from the last output of a process: %s', (words, code) => {
    expect(errorOfLimit(null, words, PROFILES.runtime)).toMatchObject({ code });
  });

  it('returns no error of a limit for a sandbox that ended otherwise', () => {
    expect(errorOfLimit(null, 'Error: boom', PROFILES.runtime)).toBeNull();
  });
});
