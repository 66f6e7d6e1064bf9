import { record } from '@patchbay/domain/audit';
import { recordProviderTest } from '@patchbay/domain/identity-providers';
import { findMember, permissionsOf } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendPage } from '../identity/form-page.ts';
import { opensOrganization } from '../identity/sign-in-rule.ts';
import type { AssertedIdentity } from './oidc-client.ts';
import type { SignInRequest } from './sign-in-request.ts';
import { renderJoinedPage, renderTestPage } from './sso-pages.ts';
import type { Found, SsoOptions } from './sso-plugin.ts';

/** An answer of the provider that held. */
export interface Answered {
  readonly begun: SignInRequest;
  readonly found: Found;
  readonly asserted: AssertedIdentity;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The last step: a session, a page with what came, or another way to sign in for a person who is signed in. */
export class FinishSignIn {
  readonly #options: SsoOptions;

  constructor(options: SsoOptions) {
    this.#options = options;
  }

  finish(answered: Answered) {
    switch (answered.begun.purpose) {
      case 'sign_in':
        return this.#signIn(answered);
      case 'test':
        return this.#test(answered);
      case 'join':
        return this.#join(answered);
    }
  }

  async #signIn({ begun, found, asserted, request, reply }: Answered) {
    const { external, identity } = this.#options;
    const organizationId = found.organization.id;
    const { personId, joined } = await external.resolve({
      organizationId,
      issuer: asserted.issuer,
      subject: asserted.subject,
      name: nameOf(asserted),
      // An address counts inside a domain that the organization has proved, and none can be proved yet.
      provedEmail: null,
    });
    if (joined !== null) {
      await this.#options.onJoined({ organizationId, personId, memberId: joined, requestId: request.id });
    }
    // The sign-in before, if any, ends: its cookie is replaced.
    await identity.endSession(request.headers);
    const userAgent = request.headers['user-agent'] ?? '';
    const cookie = await external.openSession({ personId, organizationId, address: request.clientAddress, userAgent });
    return reply.headers({ 'set-cookie': cookie, 'cache-control': 'no-store' }).redirect(begun.next, 303);
  }

  async #test({ begun, found, asserted, request, reply }: Answered) {
    const { database, origin } = this.#options;
    const { person, session } = await this.#sameSignIn(begun, request);
    const { organization } = found;
    await database.withOrganization({ organizationId: organization.id }, async (tx) => {
      const member = await findMember(tx, person.id);
      const isAllowed = member !== null && permissionsOf([member.role]).has('sign-in:write');
      if (!isAllowed || !opensOrganization(session, organization.id)) throw new AppError('sso.not_offered');
      const change = { actor: { kind: 'person', personId: person.id }, requestId: request.id } as const;
      await recordProviderTest(tx, change, asserted.issuer);
    });
    const settingsUrl = `${origin}/dashboard/${organization.slug}/settings/sign-in`;
    const view = { organization: organization.name, identity: asserted, settingsUrl };
    return sendPage(reply, 200, renderTestPage(view));
  }

  async #join({ begun, found, asserted, request, reply }: Answered) {
    const { database, external, origin } = this.#options;
    const { person, session } = await this.#sameSignIn(begun, request);
    const { organization } = found;
    // A session of a provider joins nothing: it speaks for the person in its own organization only.
    if (session.organizationIds !== null) throw new AppError('auth.session_elsewhere');
    const scope = { organizationId: organization.id };
    const member = await database.withOrganization(scope, (tx) => findMember(tx, person.id));
    if (member === null) throw new AppError('sso.not_a_member');
    const { issuer, subject } = asserted;
    await external.join({ ...scope, issuer, subject }, person.id);
    await database.withOrganization(scope, (tx) =>
      record(tx, {
        actor: { kind: 'person', personId: person.id },
        action: 'member.identity_joined',
        target: { type: 'member', id: member.id },
        after: { issuer },
        requestId: request.id,
      }),
    );
    return sendPage(reply, 200, renderJoinedPage(organization.name, `${origin}/dashboard/-/account`));
  }

  /** @throws AppError `sso.request_expired` when this person is not signed in any more */
  async #sameSignIn({ sessionId }: SignInRequest, request: FastifyRequest) {
    const signedIn = await this.#options.identity.findSession(request.headers);
    if (signedIn === null || signedIn.session.sessionId !== sessionId) throw new AppError('sso.request_expired');
    return signedIn;
  }
}

/** One line without control characters; never empty. */
function nameOf({ name, email, subject }: AssertedIdentity): string {
  const plain = (name ?? email ?? '').replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return Array.from(plain).slice(0, ACCOUNT_LIMITS.displayName.value).join('') || `Member ${subject.slice(0, 20)}`;
}
