import type { GivenVersion } from '@patchbay/testing';
import { readingTool } from './one-endpoint.ts';

const MANIFEST = {
  manifestVersion: 1,
  sdk: 'v2',
  server: { name: 'waiting', version: '1.0.0' },
  capabilities: { tools: {} },
  tools: [
    readingTool('wait'),
    readingTool('wait_briefly', { _meta: { 'patchbay/timeoutMs': 1_000 } }),
    readingTool('write_briefly', {
      annotations: { readOnlyHint: false, destructiveHint: false },
      _meta: { 'patchbay/timeoutMs': 1_000 },
    }),
    readingTool('release'),
    readingTool('seen'),
  ],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  egress: [],
};

/** A connector whose tool `wait` waits until it is released or aborted; `seen` records which. */
export const WAITING_VERSION: GivenVersion = {
  code: `
    const { McpServer } = require('@modelcontextprotocol/server');
    const { z } = require('zod');
    exports.default = () => {
      const waiting = new Map();
      const seen = [];
      const wait = ({ name }, signal) => new Promise((resolve) => {
        seen.push('started ' + name);
        signal.addEventListener('abort', () => {
          seen.push('aborted ' + name);
          resolve(text('aborted'));
        });
        waiting.set(name, () => {
          seen.push('ended ' + name);
          resolve(text('released'));
        });
      });
      const text = (value) => ({ content: [{ type: 'text', text: value }] });
      const release = ({ name }) => {
        waiting.get(name)?.();
        return text('done');
      };
      const annotations = { readOnlyHint: true };
      const server = new McpServer({ name: 'waiting', version: '1.0.0' });
      const named = { inputSchema: z.object({ name: z.string() }), annotations };
      for (const tool of ['wait', 'wait_briefly'])
        server.registerTool(tool, named, (args, ctx) => wait(args, ctx.mcpReq.signal));
      const writes = { readOnlyHint: false, destructiveHint: false };
      server.registerTool('write_briefly', { ...named, annotations: writes }, async (args, ctx) => {
        seen.push('wrote ' + args.name);
        return wait(args, ctx.mcpReq.signal);
      });
      server.registerTool('release', named, release);
      server.registerTool('seen', { annotations }, () => text(seen.join(', ')));
      return server;
    };`,
  packages: ['@modelcontextprotocol/server', 'zod'],
  manifest: MANIFEST,
};
