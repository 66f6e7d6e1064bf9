import type { Metadata } from 'next';
import { AuthPage } from '../../features/session/auth-page.tsx';
import { OrganizationSignIn } from '../../features/session/organization-sign-in.tsx';
import { SignInForm } from '../../features/session/sign-in-form.tsx';
import { STRINGS } from '../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.signIn.title };

export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { next, because } = await searchParams;
  const wanted = typeof next === 'string' ? next : null;
  return (
    <AuthPage title={STRINGS.signIn.title}>
      <SignInForm next={wanted} because={typeof because === 'string' ? because : null} />
      <OrganizationSignIn next={wanted} />
    </AuthPage>
  );
}
