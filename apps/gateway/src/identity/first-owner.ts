import { assertOrganizationSlug } from '@patchbay/domain/organizations';
import { AppError, newId, type Secret } from '@patchbay/foundation';
import type { Identity, Person } from './identity.ts';
import type { Auth } from './lazy-auth.ts';

export interface FirstOwner {
  readonly name: string;
  readonly email: string;
  readonly password: Secret;
  readonly organizationName: string;
  readonly slug: string;
}

/**
 * Creates a person and the organization they own; for the setup page and for seeding a demo. The sign-up policy does
 * not apply: the caller has decided. An existing person becomes the owner only with their own password: the creation of
 * the organization may have failed earlier, and another person may have taken the address.
 *
 * @throws AppError `auth.setup_refused`, `organizations.slug_…`
 */
export async function createFirstOwner(
  deps: { readonly auth: Auth; readonly identity: Pick<Identity, 'createFirstOrganization'> },
  owner: FirstOwner,
): Promise<{ person: Person; organizationId: string }> {
  // Checked before the person is made, so that a bad slug does not leave a person without organization.
  assertOrganizationSlug(owner.slug);
  const email = owner.email.toLowerCase();
  const { password } = owner;
  const person =
    (await findOwnAccount(deps.auth, { email, password })) ??
    (await signUp(deps.auth, { name: owner.name, email, password }));
  const organizationId = await deps.identity.createFirstOrganization({
    slug: owner.slug,
    name: owner.organizationName,
    person,
    actor: { kind: 'person', personId: person.id },
    requestId: newId('request'),
  });
  return { person, organizationId };
}

/** The person of the address, null when there is none. @throws AppError `auth.setup_refused` when it is not their password */
async function findOwnAccount(
  auth: Auth,
  { email, password }: Pick<FirstOwner, 'email' | 'password'>,
): Promise<Person | null> {
  const { internalAdapter, password: passwords } = await auth.$context;
  const found = await internalAdapter.findUserByEmail(email, { includeAccounts: true });
  if (!found) return null;
  const hash = found.accounts.find(({ providerId }) => providerId === 'credential')?.password;
  if (!hash || !(await passwords.verify({ hash, password: password.reveal() }))) {
    throw new AppError('auth.setup_refused', {
      detail: 'This address has an account already, and the password is not its own.',
    });
  }
  return { id: found.user.id, name: found.user.name, email: found.user.email };
}

async function signUp(
  auth: Auth,
  { name, email, password }: Pick<FirstOwner, 'name' | 'email' | 'password'>,
): Promise<Person> {
  try {
    await auth.api.signUpEmail({ body: { name, email, password: password.reveal() } });
  } catch (error) {
    const { APIError } = await import('better-auth/api');
    if (error instanceof APIError) throw new AppError('auth.setup_refused', { detail: error.message, cause: error });
    throw error;
  }
  // The answer is alike for new and known addresses, so the person is looked up.
  const { internalAdapter } = await auth.$context;
  const found = await internalAdapter.findUserByEmail(email);
  if (!found) throw new AppError('auth.setup_refused', { detail: 'The account was not created.' });
  return { id: found.user.id, name: found.user.name, email: found.user.email };
}
