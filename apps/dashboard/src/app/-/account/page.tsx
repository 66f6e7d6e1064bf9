import type { Metadata } from 'next';
import { AccountPage } from '../../../features/account/account-page.tsx';
import { Shell } from '../../../features/session/shell.tsx';
import { STRINGS } from '../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.account.title };

export default function Account() {
  return (
    <Shell organization={null}>
      <AccountPage />
    </Shell>
  );
}
