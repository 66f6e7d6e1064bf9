import type { Metadata } from 'next';
import { OrganizationSignInPage } from '../../../../features/sign-in/organization-sign-in-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.organizationSignIn.title };

export default async function SignInRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <OrganizationSignInPage organization={decodeURIComponent(organization)} />;
}
