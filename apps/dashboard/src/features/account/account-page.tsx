'use client';

import { Stack } from '@mantine/core';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { OwnGrantsSection } from '../grants/own-grants-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { ProfileSection } from './profile-section.tsx';

/** A person's own account, in sections. Each is a component in a file of its own, within an `AccountSection`. */
export function AccountPage() {
  return (
    <Stack gap="lg" maw={760}>
      <PageHead title={STRINGS.account.title} lead={STRINGS.account.lead} />
      <ProfileSection />
      <PasswordSection />
      <OwnGrantsSection />
    </Stack>
  );
}
