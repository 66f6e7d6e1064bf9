import { expect, it } from 'vitest';
import { findUnreadVariables } from './limits-page.ts';

it('finds a limit whose variable no process reads', () => {
  expect(findUnreadVariables([])).toContain('A limit names SANDBOX_POOL_SIZE as its variable, which no process reads.');
});

it('finds no problem with a limit whose variable a process reads', () => {
  const variables = [{ name: 'SANDBOX_POOL_SIZE', comment: 'A size.', isRequired: false, standard: null }];
  const problems = findUnreadVariables([{ title: 'Supervisor', introduction: '', variables }]);
  expect(problems.filter((problem) => problem.includes('SANDBOX_POOL_SIZE'))).toEqual([]);
});
