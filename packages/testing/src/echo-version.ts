import type { GivenVersion } from './given.ts';

const tool = (name: string, annotations: Record<string, boolean>) => ({
  name,
  title: name,
  description: `Answers what ${name} was given.`,
  annotations,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
});

/** A small connector on the MCP SDK: `echo` answers its text, `mark` the version's mark, `slow` waits, `remove` destroys. */
export function echoVersion(mark: string, rest: Partial<GivenVersion> = {}): GivenVersion {
  return {
    code: `
      const { McpServer } = require('@modelcontextprotocol/server');
      const { z } = require('zod');
      const text = (value) => ({ content: [{ type: 'text', text: value }] });
      const input = { inputSchema: z.object({ text: z.string().optional() }) };
      exports.default = () => {
        const server = new McpServer({ name: 'echo', version: '1.0.0' });
        const read = { ...input, annotations: { readOnlyHint: true } };
        server.registerTool('echo', read, async (args) => text(String(args.text)));
        server.registerTool('mark', read, async () => text(${JSON.stringify(mark)}));
        server.registerTool('slow', read, async () => {
          await new Promise((resolve) => setTimeout(resolve, 400));
          return text(${JSON.stringify(mark)});
        });
        server.registerTool('remove', { ...input, annotations: { destructiveHint: true } }, async () => text('gone'));
        return server;
      };`,
    packages: ['@modelcontextprotocol/server', 'zod'],
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
