import { redirect } from 'next/navigation';
import { paths } from '../../../lib/paths.ts';

/** The settings open at the first of their pages. */
export default async function SettingsPage({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  redirect(paths.members(decodeURIComponent(organization)));
}
