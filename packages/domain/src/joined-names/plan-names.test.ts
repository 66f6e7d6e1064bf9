import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planClaims, planNames } from './plan-names.ts';

const slug = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/);
/** Names that publish accepts: no leading underscore, no two in a row. Long ones, so that tails are hashes. */
const name = fc.stringMatching(/^[A-Za-z0-9.-][A-Za-z0-9._-]{0,126}$/).filter((text) => !text.includes('__'));
const manifest = (tools: readonly string[], prompts: readonly string[] = []) => ({
  tools: tools.map((one) => ({ name: one })),
  prompts: prompts.map((one) => ({ name: one })),
});

/** Two tools whose joined names are equal at a connector `git`: forty bits of hash can be searched for. */
const SHARING = [`${'x'.repeat(54)}0000584758`, `${'x'.repeat(54)}0001507784`];

describe('planNames', () => {
  it('gives every tool of every connector a joined name of its own, over random slugs and tools', () => {
    const connectors = fc.uniqueArray(fc.tuple(slug, fc.uniqueArray(name, { maxLength: 8 })), {
      selector: ([connectorSlug]) => connectorSlug,
      maxLength: 6,
    });
    fc.assert(
      fc.property(connectors, (given) => {
        const planned = given.map(([connectorSlug, tools]) =>
          planNames({ id: connectorSlug, slug: connectorSlug }, manifest(tools)),
        );
        const joined = planned.flatMap(({ names }) => names.map((one) => one.joined));
        expect(new Set(joined).size).toBe(joined.length);
        expect(joined.length).toBe(given.flatMap(([, tools]) => tools).length);
        expect(joined.every((text) => text.length <= 64)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never gives a connector a joined name that begins like those of another connector', () => {
    fc.assert(
      fc.property(slug, name, (connectorSlug, tool) => {
        const { names } = planNames({ id: 'con', slug: connectorSlug }, manifest([tool]));
        // A slug has no underscore, so the part before the first one is the connector, also where the tail is a hash.
        expect(names[0]?.joined.split('_', 1)[0]).toBe(connectorSlug);
      }),
    );
  });

  it('keeps a tool and a prompt of one name apart', () => {
    const { names, conflicts } = planNames({ id: 'con', slug: 'git' }, manifest(['search'], ['search']));
    expect(names.map(({ kind, joined }) => [kind, joined])).toEqual([
      ['tool', 'git__search'],
      ['prompt', 'git__search'],
    ]);
    expect(conflicts).toEqual([]);
  });

  it('gives neither of two tools the name they would share, and reports both', () => {
    const { names, conflicts } = planNames({ id: 'con', slug: 'git' }, manifest([...SHARING, 'search']));
    expect(names.map(({ joined }) => joined)).toEqual(['git__search']);
    expect(conflicts).toMatchObject([{ name: SHARING[1], other: { connectorId: 'con', name: SHARING[0] } }]);
    expect(planNames({ id: 'con', slug: 'hub' }, manifest(SHARING)).conflicts).toEqual([]);
  });
});

describe('planClaims', () => {
  it('claims URIs of resources and of templates separately, each once, and none too long for an index', () => {
    const long = `a://${'x'.repeat(1_030)}`;
    const claims = planClaims({
      resources: [{ uri: 'a://b' }, { uri: 'a://b' }, { uri: long }],
      resourceTemplates: [{ uriTemplate: 'a://b' }],
    });
    expect(claims).toEqual([
      { uri: 'a://b', isTemplate: false },
      { uri: 'a://b', isTemplate: true },
    ]);
  });
});
