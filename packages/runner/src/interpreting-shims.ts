/**
 * The protocol library's interface to its environment: in the runner, a validator that interprets schemas instead of
 * compiling them, because dynamic code evaluation is refused there. Put in place of the library's own when the runner
 * is bundled.
 */
export { default as process } from 'node:process';
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
