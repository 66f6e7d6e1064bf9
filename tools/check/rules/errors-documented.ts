import type { Finding, Rule } from '../rule.ts';

const PAGE = /^docs\/errors\/([^/]+\/[^/]+)\.md$/;
const SECTIONS = ['What happened', 'Why', 'What to do'];

/** Every code of the catalogue has its page and every page its code, so that no docs link leads to nothing. */
export function errorsDocumented(loadCodes: () => Promise<readonly string[]>): Rule {
  return {
    name: 'errors-documented',
    async find(tree) {
      const codes = new Set((await loadCodes()).map((code) => code.replace('.', '/')));
      const pages = tree.files.filter((file) => PAGE.test(file.path));
      const documented = new Set(pages.map((page) => PAGE.exec(page.path)?.[1] ?? ''));
      const findings: Finding[] = [];
      for (const code of codes) {
        if (!documented.has(code)) findings.push({ file: `docs/errors/${code}.md`, message: 'the code has no page' });
      }
      for (const page of pages) {
        const code = PAGE.exec(page.path)?.[1] ?? '';
        if (!codes.has(code)) findings.push({ file: page.path, message: 'no such code in the catalogue' });
        for (const section of SECTIONS) {
          if (!hasText(page.text, section))
            findings.push({ file: page.path, message: `"## ${section}" is missing or empty` });
        }
        const others = headingsOf(page.text).filter((heading, index) => heading !== SECTIONS[index]);
        if (others.length > 0)
          findings.push({ file: page.path, message: `sections of a page are ${SECTIONS.join(', ')}, in this order` });
      }
      return findings;
    },
  };
}

function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
}

function hasText(page: string, section: string): boolean {
  const after = page.split(`\n## ${section}\n`)[1] ?? (page.startsWith(`## ${section}\n`) ? page : '');
  return (after.split('\n## ')[0] ?? '').trim().length >= 20;
}

/** The codes as the platform knows them, so that the rule cannot drift from the catalogue. */
export async function loadErrorCodes(): Promise<readonly string[]> {
  const { ERRORS } = await import('@patchbay/foundation');
  return Object.keys(ERRORS);
}
