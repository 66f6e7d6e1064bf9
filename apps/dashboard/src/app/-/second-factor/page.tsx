import type { Metadata } from 'next';
import { SecondFactorPage } from '../../../features/account/second-factor-page.tsx';
import { AuthPage } from '../../../features/session/auth-page.tsx';
import { STRINGS } from '../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.secondFactor.title };

export default async function SecondFactor({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const { next } = await searchParams;
  return (
    <AuthPage title={STRINGS.secondFactor.title}>
      <SecondFactorPage next={typeof next === 'string' ? next : null} />
    </AuthPage>
  );
}
