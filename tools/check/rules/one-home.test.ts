import { expect, it } from 'vitest';
import { SourceTree } from '../source-tree.ts';
import { oneHome } from './one-home.ts';

const find = (text: string, file = 'apps/gateway/src/edge/x.ts') => oneHome.find(SourceTree.of({ [file]: text }));

it.each([
  ['an escaper of HTML', 'function escapeHtml(text: string) {}'],
  ['an escaper of HTML by another name', "text.replaceAll('<', '&lt;')"],
  ['a set of control characters', String.raw`const STEERING = /[\u0000-\u001f\u007f-\u009f]/g;`],
  ['a parser of bearers', 'const token = /^Bearer (.+)$/.exec(header);'],
  ['a table of the codes of Fastify', "if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return;"],
  ['a renderer of problems', "reply.type('application/problem+json');"],
  ['a question whether a process runs', 'process.kill(pid, 0);'],
  ['a wait for a listener', "server.once('listening', resolve);"],
  ['an age of rows in SQL', "DELETE FROM rows WHERE created_at < now() - interval '14 days'"],
  [
    'a race against a timer',
    'async function f() { const late = new Promise((r) => setTimeout(r, 5)); await Promise.race([work, late]); }',
  ],
])('refuses a second implementation of %s', async (_what, text) => {
  expect(await find(text)).toHaveLength(1);
});

it('accepts an implementation in its own file, a race without a timer, and any code of a test', async () => {
  expect(await find('process.kill(pid, 0);', 'packages/foundation/src/is-running.ts')).toEqual([]);
  expect(await find('async function f() { await Promise.race([first, second]); }')).toEqual([]);
  expect(await find('process.kill(pid, 0);', 'apps/gateway/test/x.spec.ts')).toEqual([]);
});
