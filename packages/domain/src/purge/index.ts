export { type PurgeReport, purgeExpired } from './purge.ts';
