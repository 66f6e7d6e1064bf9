import type { ReactNode } from 'react';
import { Shell } from '../../features/session/shell.tsx';

interface LayoutProps {
  readonly params: Promise<{ organization: string }>;
  readonly children: ReactNode;
}

export default async function OrganizationLayout({ params, children }: LayoutProps) {
  const { organization } = await params;
  return <Shell organization={decodeURIComponent(organization)}>{children}</Shell>;
}
