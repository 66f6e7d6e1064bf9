import { expect, it } from 'vitest';
import type { Environment } from './environments.ts';
import { findExampleProblems } from './example-problems.ts';

const variable = (name: string) => ({ name, comment: 'A variable.', isRequired: false, standard: null });
const ENVIRONMENTS: readonly Environment[] = [
  { title: 'Gateway', introduction: '', variables: [variable('PATCHBAY_ORIGIN')] },
];
const compose = (environment: string) => ({
  'docker-compose.yml': `services: { gateway: { environment: { ${environment} } } }`,
});
const ORIGIN = `PATCHBAY_ORIGIN: '\${PATCHBAY_ORIGIN}'`;

it('finds a variable of .env.example that no compose file uses', () => {
  const files = { example: 'PATCHBAY_PORT=4000\n', compose: compose('') };
  expect(findExampleProblems(files, ENVIRONMENTS)).toEqual([
    '.env.example sets PATCHBAY_PORT, which no compose file uses.',
  ]);
});

it('finds a variable of a compose file that .env.example does not name', () => {
  const files = { example: '', compose: compose(ORIGIN) };
  expect(findExampleProblems(files, ENVIRONMENTS)).toEqual([
    'A compose file uses PATCHBAY_ORIGIN, which .env.example does not name.',
  ]);
});

it('finds a variable that a compose file gives to a process that does not read it', () => {
  const files = { example: '', compose: compose('PATCHBAY_ORIGINS: a') };
  expect(findExampleProblems(files, ENVIRONMENTS)).toEqual([
    'docker-compose.yml gives PATCHBAY_ORIGINS to gateway, which does not read it.',
  ]);
});

it('finds no problem where .env.example, the compose file and the process agree', () => {
  const files = {
    example: 'PATCHBAY_ORIGIN=https://a.example\n',
    compose: compose(ORIGIN),
  };
  expect(findExampleProblems(files, ENVIRONMENTS)).toEqual([]);
});
