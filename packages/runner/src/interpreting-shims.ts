/**
 * What the protocol library asks of its surroundings: in the runner, a validator that interprets schemas instead of
 * compiling them, because code made from text is refused there. Put in place of the library's own when the runner is bundled.
 */
export { default as process } from 'node:process';
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
