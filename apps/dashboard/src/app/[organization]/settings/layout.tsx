import type { ReactNode } from 'react';
import { SettingsFrame } from '../../../features/organizations/settings-frame.tsx';

interface LayoutProps {
  readonly params: Promise<{ organization: string }>;
  readonly children: ReactNode;
}

export default async function SettingsLayout({ params, children }: LayoutProps) {
  const { organization } = await params;
  return <SettingsFrame organization={decodeURIComponent(organization)}>{children}</SettingsFrame>;
}
