import type { Metadata } from 'next';
import { AuthPage } from '../../features/session/auth-page.tsx';
import { SignUpForm } from '../../features/session/sign-up-form.tsx';
import { STRINGS } from '../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.signUp.title };

export default async function SignUpPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { next } = await searchParams;
  return (
    <AuthPage title={STRINGS.signUp.title}>
      <SignUpForm next={typeof next === 'string' ? next : null} />
    </AuthPage>
  );
}
