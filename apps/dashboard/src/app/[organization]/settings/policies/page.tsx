import type { Metadata } from 'next';
import { PoliciesPage } from '../../../../features/policies/policies-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.policies.title };

export default async function PoliciesRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <PoliciesPage organization={decodeURIComponent(organization)} />;
}
