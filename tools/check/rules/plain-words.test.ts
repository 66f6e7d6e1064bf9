import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { plainWords } from './plain-words.ts';

describe('plain-words', () => {
  it('refuses an opening that is no subject, in comments of code, of configuration and in documents', async () => {
    const files = {
      'packages/mcp/src/a.ts': '/** What a body is. */\nconst a = 1; // Kept. Of two, the first.\n/**\n * Fine.\n */\n',
      'docker-compose.yml': '# Who may call.\nservices: {}\n',
      'docs/a.md': '# What it is\n\nFirst line.\nWhom it calls.\n\n- Whose it is.\n',
    };
    expect(await objections(plainWords, files)).toEqual([
      'packages/mcp/src/a.ts:1 “What”: begin with the subject or a verb',
      'packages/mcp/src/a.ts:2 “Of”: begin with the subject or a verb',
      'docker-compose.yml:1 “Who”: begin with the subject or a verb',
      'docs/a.md:3 “Whom”: begin with the subject or a verb',
      'docs/a.md:6 “Whose”: begin with the subject or a verb',
    ]);
  });

  it('refuses private words in names of tests, in texts and in line comments that continue', async () => {
    const files = {
      'apps/worker/src/a.test.ts': "it.each([1])('tells %s first', () => {});\nexpect(a).toBe('it says so here');\n",
      'packages/foundation/src/b.ts': 'const b = `The door of ${'.concat('house.starter} is open.`;\n'),
      'scripts/c.mjs': '// Ends the process,\n// which nobody awaits.\n',
    };
    expect(await objections(plainWords, files)).toEqual([
      'apps/worker/src/a.test.ts:1 “tells”: notify, publish, report, return, declare or log',
      'packages/foundation/src/b.ts:1 “door”: endpoint, listener or entry point',
      'scripts/c.mjs:1 “nobody”: name the party: caller, member, process, peer',
    ]);
  });

  it('names the words of the field for each of its private words', async () => {
    const words = ['knocks', 'announces', 'nudge', 'specialised', 'rehearsal', 'blank sandbox', 'doomed', 'verdict'];
    const more = ['beats', 'wall', 'starter', 'code from text', 'stands', 'lies', 'goes on', 'for ever', 'his'];
    const found = [...words, ...more].map((word) => objections(plainWords, { 'docs/a.md': `A ${word} here.` }));
    expect((await Promise.all(found)).map((one) => one.length)).toEqual([...words, ...more].map(() => 1));
  });

  it('accepts code, quotations, questions, headings, the wall clock and what a person says to a model', async () => {
    const files = {
      'docs/a.md':
        '## What is it\n\nRead `say` and "What remains". How do I tell?\n\n```\nhe said\n```\n\nSee [x](wall.md).\n',
      'docs/glossary.md': '| **mount** | door |\n',
      'examples/weather/src/a.ts': "export const text = 'Compare both, then tell me when to go.';\n",
      'packages/mcp/src/clock.ts': '/** The wall clock, and app.announced_changes. */\nexport const a = "told";\n',
      'prisma/migrations/1/migration.sql': '-- What nobody says.\n',
    };
    expect(await objections(plainWords, files)).toEqual([]);
  });
});
