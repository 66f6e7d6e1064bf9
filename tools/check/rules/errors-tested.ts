import type { Rule } from '../rule.ts';

/** Codes no test can bring about within seconds on any machine, each with why. A code that gets a test leaves the list. */
export type UntestedCodes = Readonly<Record<string, string>>;

/** Every code of the catalogue is named by at least one test: a code that no test has seen answered is a guess. */
export function errorsTested(loadCodes: () => Promise<readonly string[]>, untested: UntestedCodes): Rule {
  return {
    name: 'errors-tested',
    async find(tree) {
      const codes = await loadCodes();
      const tests = tree.code.filter((file) => file.isTest).map((file) => file.text);
      const isNamed = (code: string) => tests.some((text) => text.includes(`'${code}'`));
      const catalogue = 'packages/foundation/src/catalog/index.ts';
      const unnamed = codes.filter((code) => !isNamed(code) && !Object.hasOwn(untested, code));
      const stale = Object.keys(untested).filter((code) => !codes.includes(code) || isNamed(code));
      return [
        ...unnamed.map((code) => ({ file: catalogue, message: `no test names ${code}` })),
        ...stale.map((code) => ({ file: catalogue, message: `${code} is gone or has a test; take it off the list` })),
      ];
    },
  };
}
