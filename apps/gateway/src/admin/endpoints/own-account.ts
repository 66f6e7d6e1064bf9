/** How the signed-in person signs in: their sessions and second factors. */
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { deviceOf } from '../../identity/device-of.ts';
import { requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { Instant } from './parts.ts';

const TAG = 'Account';
const PEOPLE_ONLY = { none: 'a person reads and ends their own; keys are refused' } as const;
const OF_NO_ORGANIZATION = { none: 'sessions belong to a person and to no organization' } as const;

export const OwnSession = z
  .object({
    id: z.string().meta({ description: 'Names the session; opens nothing.' }),
    current: z.boolean().meta({ description: 'Whether this request came with it.' }),
    device: z.string().meta({ description: 'In words, as the device describes itself: Firefox on Linux.' }),
    address: z.string().nullable().meta({ description: 'From where it signed in.' }),
    createdAt: Instant,
    lastSeenAt: Instant.meta({ description: 'To within five minutes.' }),
    expiresAt: Instant,
    secondFactor: z.boolean().meta({ description: 'Whether it proved a second factor.' }),
  })
  .meta({ id: 'OwnSession' });

export const SignInMethods = z
  .object({
    authenticatorApp: z.boolean().meta({ description: 'Whether signing in with the password asks for a code too.' }),
    recoveryCodes: z.number().int().meta({ description: 'How many are left.' }),
    passkeys: z.array(
      z
        .object({ id: z.string(), name: z.string(), createdAt: Instant, synced: z.boolean() })
        .meta({ id: 'OwnPasskey' }),
    ),
    session: z.object({ createdAt: Instant, secondFactor: z.boolean() }).meta({ description: 'This one.' }),
  })
  .meta({ id: 'SignInMethods' });

export const getSignInMethods = defineEndpoint({
  method: 'GET',
  path: '/me/sign-in',
  summary: 'How the signed-in person signs in',
  tag: TAG,
  permission: PEOPLE_ONLY,
  audit: { none: 'a read of the caller’s own record' },
  params: z.object({}),
  reply: SignInMethods,
}).personal(async ({ caller }, { identity }) => {
  const { person, session } = requirePerson(caller, 'account');
  const { authenticatorApp, recoveryCodes, passkeys } = await identity.findSignInMethods(person.id);
  return {
    authenticatorApp,
    recoveryCodes,
    passkeys: passkeys.map(({ createdAt, ...shown }) => ({ ...shown, createdAt: createdAt.toISOString() })),
    session: { createdAt: session.authenticatedAt.toISOString(), secondFactor: session.secondFactor },
  };
});

export const listOwnSessions = defineEndpoint({
  method: 'GET',
  path: '/me/sessions',
  summary: 'List the sessions of the signed-in person, last seen first',
  tag: TAG,
  permission: PEOPLE_ONLY,
  audit: { none: 'a read of the caller’s own record' },
  params: z.object({}),
  reply: z.object({ items: z.array(OwnSession) }).meta({ id: 'OwnSessionList' }),
}).personal(async ({ caller }, { identity }) => {
  const { person, session: current } = requirePerson(caller, 'account');
  const sessions = await identity.ownSessions.list(person.id);
  return {
    items: sessions.map(({ userAgent, createdAt, lastSeenAt, expiresAt, ...session }) => ({
      ...session,
      current: session.id === current.sessionId,
      device: deviceOf(userAgent),
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
  };
});

export const endOwnSession = defineEndpoint({
  method: 'DELETE',
  path: '/me/sessions/:session',
  summary: 'End a session of the signed-in person, from its next request on',
  tag: TAG,
  permission: PEOPLE_ONLY,
  audit: OF_NO_ORGANIZATION,
  params: z.object({ session: idOf('session') }),
}).personal(async ({ caller, params }, { identity }) => {
  const { person } = requirePerson(caller, 'account');
  const hasEnded = await identity.ownSessions.end(person.id, params.session);
  if (!hasEnded) throw new AppError('admin.not_found', { detail: 'You have no such session.' });
});

export const endOtherSessions = defineEndpoint({
  method: 'DELETE',
  path: '/me/sessions',
  summary: 'End every session of the signed-in person but this one',
  tag: TAG,
  permission: PEOPLE_ONLY,
  audit: OF_NO_ORGANIZATION,
  params: z.object({}),
  reply: z.object({ ended: z.number().int() }).meta({ id: 'EndedSessions' }),
}).personal(async ({ caller }, { identity }) => {
  const { person, session } = requirePerson(caller, 'account');
  return { ended: await identity.ownSessions.endOthers(person.id, session.sessionId) };
});
