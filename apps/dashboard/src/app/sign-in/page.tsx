import type { Metadata } from 'next';
import { AuthPage } from '../../features/session/auth-page.tsx';
import { SignInForm } from '../../features/session/sign-in-form.tsx';
import { STRINGS } from '../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.signIn.title };

export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { next } = await searchParams;
  return (
    <AuthPage title={STRINGS.signIn.title}>
      <SignInForm next={typeof next === 'string' ? next : null} />
    </AuthPage>
  );
}
