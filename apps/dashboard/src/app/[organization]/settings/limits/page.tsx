import type { Metadata } from 'next';
import { LimitsPage } from '../../../../features/limits/limits-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.limits.title };

export default async function LimitsRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <LimitsPage organization={decodeURIComponent(organization)} />;
}
