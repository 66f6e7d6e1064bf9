/** What the host needs of the attempts: which there are, and how it tells outside whether one was held. */
export { ESCAPE_ATTEMPTS } from './attempts/index.ts';
export { BOMBS } from './bombs.ts';
export type { Wall } from './wall.ts';
