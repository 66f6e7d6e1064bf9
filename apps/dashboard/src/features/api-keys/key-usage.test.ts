import { describe, expect, it } from 'vitest';
import { usageOf } from './key-usage.ts';

const PLACE = { origin: 'https://patchbay.example', organization: 'acme', connector: null };

describe('usageOf', () => {
  it.each(['admin', 'deploy'] as const)('never puts a key of kind %s on a command line', (kind) => {
    const steps = usageOf({ kind, secret: 'pbk_secret' }, PLACE);
    expect(steps[0]?.command).toBe('npx patchbay login --origin https://patchbay.example');
    expect(steps.map(({ command }) => command).join('\n')).not.toContain('pbk_secret');
  });

  it('names the URL of the one connector a key of kind mcp opens, or the organization’s own', () => {
    const one = usageOf({ kind: 'mcp', secret: 'pbk_mcp_x' }, { ...PLACE, connector: 'weather' });
    expect(one[0]?.command).toBe(
      'claude mcp add --transport http weather https://patchbay.example/acme/weather/mcp --header "Authorization: Bearer pbk_mcp_x"',
    );
    const every = usageOf({ kind: 'mcp', secret: 'pbk_mcp_x' }, PLACE);
    expect(every[0]?.command).toContain('--transport http acme https://patchbay.example/acme/mcp ');
  });
});
