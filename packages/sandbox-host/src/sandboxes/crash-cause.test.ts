import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../bounds/limits.ts';
import { crashLine, errorOfExit } from './crash-cause.ts';

const exit = (change: object) => ({ exitCode: null, signal: null, exceeded: null, ...change });

describe('the error of a process that ended', () => {
  it.each([
    [{ exitCode: 3 }, 'exit code 3'],
    [{ exitCode: 139 }, 'killed by SIGSEGV'],
    [{ signal: 'SIGKILL' }, 'killed by SIGKILL'],
    [{}, 'the reason is not known'],
  ])('the error of an ended process names the cause of the exit %j', (change, cause) => {
    const error = errorOfExit(exit(change), '', PROFILES.runtime);
    expect(error).toMatchObject({ code: 'sandbox.crashed', data: { cause } });
    expect(error.detail).toBe(`The connector’s process ended: ${cause}.`);
  });

  it('the error of an ended process names the exceeded limit before anything else', () => {
    const error = errorOfExit(exit({ exitCode: 137, exceeded: 'memory' }), '', PROFILES.runtime);
    expect(error.code).toBe('sandbox.out_of_memory');
  });
});

describe('the line about a crash', () => {
  const error = new AppError('sandbox.crashed', { detail: 'It ended.' });

  it('the line about a crash does not mention last lines when there are none', () => {
    expect(crashLine(error, { logged: [], written: '\n' })).toBe('sandbox.crashed: It ended.');
  });

  it('the line about a crash ends with the last logged and written lines', () => {
    const written = Buffer.from('läuft nicht\n').toString('latin1');
    expect(crashLine(error, { logged: ['before'], written })).toBe(
      'sandbox.crashed: It ended. Last lines: before | läuft nicht',
    );
  });

  it('the line about a crash shows the head of the stack of an error at the start', () => {
    const atStart = new AppError('sandbox.crashed_at_start', {
      detail: 'no key',
      data: { stack: ['at one', 'at two'] },
    });
    expect(crashLine(atStart, { logged: ['other'], written: '' })).toBe(
      'sandbox.crashed_at_start: no key. Last lines: at one | at two',
    );
  });
});
