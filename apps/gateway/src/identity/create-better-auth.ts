import { betterAuth } from 'better-auth';
import { type AuthSettings, authOptions } from './auth-options.ts';

/** better-auth with our settings. */
export const createBetterAuth = (settings: AuthSettings) => betterAuth(authOptions(settings));
export type BetterAuth = ReturnType<typeof createBetterAuth>;
