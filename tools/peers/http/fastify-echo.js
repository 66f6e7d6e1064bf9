/** The ceiling: a JSON-RPC answer from Fastify without any protocol behind it. Argument: the port. */
import Fastify from 'fastify';

const app = Fastify();
app.post('/mcp', async ({ body }) => ({
  jsonrpc: '2.0',
  id: body.id,
  result: { content: [{ type: 'text', text: body.params.arguments.text ?? 'x'.repeat(body.params.arguments.bytes) }] },
}));
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
