'use client';

import { Anchor, List, Stack } from '@mantine/core';
import { organizationSignIn } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { OwnGrantsSection } from '../grants/own-grants-section.tsx';
import { useMe } from '../session/use-me.ts';
import { AccountSection } from './account-section.tsx';
import { AddressSection } from './address-section.tsx';
import { AppSection } from './app-section.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { ProgramsSection } from './programs-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

/** A person's own account, in sections. Each is a component in a file of its own, within an `AccountSection`. */
export function AccountPage() {
  return (
    <Stack gap="lg" maw={760}>
      <PageHead title={STRINGS.account.title} lead={STRINGS.account.lead} />
      <ProfileSection />
      <AddressSection />
      <PasswordSection />
      <OrganizationSignInSection />
      <ProgramsSection />
      <AppSection />
      <PasskeysSection />
      <SessionsSection />
      <OwnGrantsSection />
    </Stack>
  );
}

/** Where a person lets the identity providers of their organizations sign them in as who they are here. */
function OrganizationSignInSection() {
  const organizations = useMe().data?.organizations.filter(({ ownSignIn }) => ownSignIn) ?? [];
  if (organizations.length === 0) return null;
  return (
    <AccountSection title={STRINGS.sso.accountTitle} lead={STRINGS.sso.accountLead}>
      <List listStyleType="none" spacing="xs">
        {organizations.map(({ id, slug, name }) => (
          <List.Item key={id}>
            <Anchor href={`${organizationSignIn(slug, null)}/join`}>{STRINGS.sso.connect(name)}</Anchor>
          </List.Item>
        ))}
      </List>
    </AccountSection>
  );
}
