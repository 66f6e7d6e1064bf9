import { describe, expect, it } from 'vitest';
import { isGroupGone } from './limit-group.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('isGroupGone', () => {
  it('recognizes a cgroup that was removed before its file was opened, or between opening and writing', () => {
    expect(isGroupGone(failure('ENOENT'))).toBe(true);
    expect(isGroupGone(failure('ENODEV'))).toBe(true);
  });

  it('takes no other failure for the removal of a cgroup', () => {
    for (const code of ['EACCES', 'EINVAL', 'ESRCH']) expect(isGroupGone(failure(code))).toBe(false);
  });
});
