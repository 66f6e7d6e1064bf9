import type { GivenVersion } from '../platform/given.ts';
import { bundleConnector } from './bundle-connector.ts';

const tool = (name: string, annotations: Record<string, boolean>) => ({
  name,
  title: name,
  description: `Answers what ${name} was given.`,
  annotations,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
});

/** A version of `connectors/echo.ts`. */
export function echoVersion(mark: string, rest: Partial<GivenVersion> = {}): GivenVersion {
  return {
    ...bundleConnector('echo', mark),
    manifest: {
      manifestVersion: 1,
      sdk: 'v2',
      server: { name: 'echo', version: '1.0.0' },
      capabilities: { tools: {} },
      tools: [
        ...['echo', 'mark', 'slow'].map((name) => tool(name, { readOnlyHint: true })),
        tool('remove', { destructiveHint: true }),
      ],
      prompts: [],
      resources: [],
      resourceTemplates: [],
      egress: [],
    },
    ...rest,
  };
}
