/** The attempts for the host, and how it decides outside whether one was held. */
export { ESCAPE_ATTEMPTS } from './attempts/index.ts';
export { BOMBS } from './bombs.ts';
export type { IsolationLayer } from './isolation-layer.ts';
