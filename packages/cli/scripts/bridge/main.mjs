/**
 * The program of an MCP bundle: `node index.mjs URL [api-key]`. Clients that start local programs alone speak to it over
 * standard input and output, and it speaks to the connector over HTTP. With `api-key` the variable PATCHBAY_API_KEY is
 * sent as the bearer; without it mcp-remote signs the person in with OAuth. The key never becomes an argument, which
 * other users of the machine could read.
 */
const [node, file, url, authentication] = process.argv;
const bearer = ['--header', `Authorization: Bearer \${PATCHBAY_API_KEY}`];
process.argv = [node, file, url, '--transport', 'http-only', ...(authentication === 'api-key' ? bearer : [])];
await import('mcp-remote/dist/proxy.js');
