/**
 * Runs throw-away connectors through everything a first call touches: while the snapshot is taken, so that a resumed process
 * has it compiled, and in each process that waits, so that its pages are its own and its caches filled.
 */
import { compileFunction } from 'node:vm';
import type { RunnerCall } from '@patchbay/sandbox-protocol/inside';
import { createRuntime, RUNTIME } from '../calls/call-context.ts';
import { RunningCalls } from '../calls/serve-calls.ts';
import type { HostLink } from '../host-link.ts';
import { createServer, type LoadedConnector, loadModule } from '../load-connector.ts';
import { PROVIDED_PACKAGES } from '../provided-packages.ts';
import { serveConnector } from '../servers/serve-connector.ts';

const ROUNDS = 20;
const WARM_UPS = 2;

const CONNECTORS = [
  `const { McpServer } = require('@modelcontextprotocol/server');
   const { z } = require('zod');
   exports.default = () => {
     const server = new McpServer({ name: 'warm', version: '1.0.0' });
     server.registerTool('run', { description: 'x', inputSchema: z.object({ text: z.string() }) },
       async ({ text }) => ({ content: [{ type: 'text', text }] }));
     return server;
   };`,
  `const { defineConnector, tool } = require('@patchbay/connector');
   const { z } = require('zod');
   exports.default = defineConnector({ name: 'warm', title: 'Warm', tools: {
     run: tool({ title: 'Run', description: 'x', readOnly: true, input: z.object({ text: z.string() }),
       run: async ({ text }) => text }) } });`,
];

const SILENT: HostLink = { send: () => {}, sendPayload: () => {}, sendNow: () => {} };

/** @throws Error when a call does not answer: a snapshot of that is of no use */
export async function warmUp(): Promise<void> {
  await asRuntime(async () => {
    for (const code of CONNECTORS) await callRepeatedly(await loadWithoutModules(code), ROUNDS);
  });
}

/** The same in a process that was resumed, the way a connector gets there. @throws Error as above */
export async function warmUpResumed(): Promise<void> {
  await asRuntime(async () => {
    for (const code of CONNECTORS) {
      const artifact = Buffer.from(JSON.stringify({ format: 1, code, packages: Object.keys(PROVIDED_PACKAGES) }));
      await callRepeatedly(await createServer(loadModule(artifact), {}), WARM_UPS);
    }
  });
}

/** With an unassigned runtime; the real one replaces it later, permanently. */
async function asRuntime(work: () => Promise<void>): Promise<void> {
  Object.defineProperty(globalThis, RUNTIME, { value: createRuntime(SILENT, {}), configurable: true });
  await work();
  Reflect.deleteProperty(globalThis, RUNTIME);
}

/** Not by Node's module loader: once used, its state does not survive a snapshot. */
async function loadWithoutModules(code: string): Promise<LoadedConnector> {
  const module = { exports: {} };
  compileFunction(code, ['exports', 'require'])(module.exports, (name: string) => PROVIDED_PACKAGES[name]);
  return createServer({ exported: module.exports, codeGeneration: false, pages: new Map() }, {});
}

async function callRepeatedly(loaded: LoadedConnector, rounds: number): Promise<void> {
  const calls = new RunningCalls();
  let answer: object | null = null;
  let result = '';
  const link: HostLink = {
    ...SILENT,
    sendPayload: (_type, header, json) => {
      answer = header;
      result = json;
    },
  };
  const server = await serveConnector(loaded, { link, inCall: calls.inCall });
  for (let round = 0; round < rounds; round++) {
    for (const [method, params] of Object.entries(REQUESTS)) {
      answer = null;
      await calls.serve(callOf(`warm-${round}`, method, params), { server, loaded, link });
      if (answer === null || 'isError' in answer || 'tooLarge' in answer)
        throw new Error(`${method} of the warm-up: ${result}`);
    }
  }
}

const REQUESTS: Readonly<Record<string, RunnerCall['params']>> = {
  'tools/list': {},
  'tools/call': { name: 'run', arguments: { text: 'x' } },
};

function callOf(id: string, method: string, params: RunnerCall['params']): RunnerCall {
  return {
    id,
    method,
    params,
    resultBytesMax: 1024 * 1024,
    context: {
      user: { id: 'warm', email: null, name: null },
      organization: { id: 'warm', slug: 'warm' },
      client: { name: 'warm', version: '1' },
      requestId: 'warm',
      idempotencyKey: 'warm',
      egressToken: '',
      credentials: {},
      connections: [],
      cacheScopeKey: '',
      capabilities: {},
    },
  };
}
