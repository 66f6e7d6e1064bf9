import { describe, expect, it } from 'vitest';
import { isGroupGone } from './limit-group.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('isGroupGone', () => {
  it('knows a group that was removed before its file was opened, and one removed between opening and writing', () => {
    expect(isGroupGone(failure('ENOENT'))).toBe(true);
    expect(isGroupGone(failure('ENODEV'))).toBe(true);
  });

  it('takes no other failure for the end of a sandbox', () => {
    for (const code of ['EACCES', 'EINVAL', 'ESRCH']) expect(isGroupGone(failure(code))).toBe(false);
  });
});
