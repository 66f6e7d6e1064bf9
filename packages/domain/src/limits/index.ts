export { createLimitDirectory, type LimitDirectory } from './limit-directory.ts';
export { type GrantedLimits, getGrantedLimits, grantLimits } from './organization-limits.ts';
