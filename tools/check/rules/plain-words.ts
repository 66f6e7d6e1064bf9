import { type Passage, passages } from '../passages.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

interface Banned {
  readonly pattern: RegExp;
  readonly instead: string;
}

/**
 * Words of our own and sentences that a reader has to read twice. `instead` is the field's word, or the form.
 * docs/glossary.md has the words that replace them.
 */
const BANNED: readonly Banned[] = [
  {
    pattern: /(?:^|[.!?:]\)?\s+)(?:Of|What|Who|Whose|Whom|Whoever|Whatever)\s/,
    instead: 'begin with the subject or a verb',
  },
  {
    pattern: /\b(?:tells?|told|hears?|heard|says?|said)\b(?! apart)/i,
    instead: 'notify, publish, report, return, declare or log',
  },
  {
    pattern: /\b(?:nobody|somebody|everybody|anybody|whoever|whomever|he|she|his|him|her)\b/i,
    instead: 'name the party: caller, member, process, peer',
  },
  { pattern: /\b(?:stands?|stood)\b(?!-)/i, instead: 'is, remains or represents' },
  { pattern: /\b(?:lies|lie)\b/i, instead: 'is, or is stored' },
  { pattern: /\b(?:go|goes|going|went) on\b/i, instead: 'continue' },
  { pattern: /\bfor ever\b|\banew\b|\bbesides\b/i, instead: 'permanently, again, in addition' },
  { pattern: /\bdoors?\b|\bknock\w*/i, instead: 'endpoint, listener or entry point' },
  {
    pattern: /\bannounc\w*|\bnudg\w*|\bglanc\w*/i,
    instead: 'publish, pub/sub message, wake-up, register or cached report',
  },
  { pattern: /\bspeciali[sz]\w*|\brehears\w*/i, instead: 'assign, warm up' },
  { pattern: /\bblank (?:sandbox\w*|ones?)\b|\bblanks\b/i, instead: 'warm sandbox' },
  { pattern: /\bdoomed\b|\bverdicts?\b/i, instead: 'terminating, cause' },
  { pattern: /\bbeats?\b/i, instead: 'heartbeat' },
  { pattern: /\bwalls?\b(?! clock)/i, instead: 'isolation layer' },
  { pattern: /\bstarters?\b|\bhouse\b/i, instead: 'launcher, repository' },
  { pattern: /\bcode from text\b/i, instead: 'dynamic code evaluation (`eval`)' },
];

/** Texts in which a banned word is the right one, each with its reason. */
const ALLOWED: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /\btell me\b/, reason: 'a person speaks to a model' },
  { pattern: /^What (?:happened|to do)$/, reason: 'headings of an error page' },
];

/** The table that lists rejected words, migrations that no longer change, and this rule with its examples. */
const EXEMPT = /^docs\/glossary\.md$|^prisma\/migrations\/|^tools\/check\/rules\/plain-words(\.test)?\.ts$/;

/** Comments, test names, texts and documents use the field's words in plain sentences. */
export const plainWords: Rule = {
  name: 'plain-words',
  find(tree) {
    return tree.files.filter((file) => !EXEMPT.test(file.path)).flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  return passages(file).flatMap((passage) =>
    BANNED.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(passage.text);
      if (found === null || isAllowed(passage)) return [];
      const message = `“${found[0].replace(/^[.!?:)\s]+/, '').trim()}”: ${instead}`;
      return [{ file: file.path, line: passage.line, message }];
    }),
  );
}

function isAllowed({ text }: Passage): boolean {
  return ALLOWED.some(({ pattern }) => pattern.test(text));
}
