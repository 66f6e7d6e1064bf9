'use client';

import { Container, Skeleton, Stack } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { CreateOrganizationForm } from '../organizations/create-organization-form.tsx';
import { AuthPage } from './auth-page.tsx';
import { useMe } from './use-me.ts';

/** Where a person starts: their first organization, or making one. */
export function Home() {
  const router = useRouter();
  const me = useMe();
  const first = me.data?.organizations[0];
  useEffect(() => {
    if (first) router.replace(paths.organization(first.slug));
  }, [first, router]);
  if (me.data && !first) {
    return (
      <AuthPage title={STRINGS.organization.createTitle}>
        <CreateOrganizationForm />
      </AuthPage>
    );
  }
  return (
    <Container size="lg" py="xl" component="main">
      {me.error && !me.isSignedOut ? (
        <ProblemNotice problem={showError(me.error)} onRetry={me.refetch} />
      ) : (
        <Stack role="status" aria-busy="true" aria-label={STRINGS.loading}>
          <Skeleton h={36} w={220} />
          <Skeleton h={84} />
        </Stack>
      )}
    </Container>
  );
}
