import type { Metadata } from 'next';
import { RolesPage } from '../../../../features/roles/roles-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.roles.title };

export default async function RolesRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <RolesPage organization={decodeURIComponent(organization)} />;
}
