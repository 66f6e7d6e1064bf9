'use client';

import { Anchor, List, Skeleton, Text } from '@mantine/core';
import Link from 'next/link';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { AuthPage } from './auth-page.tsx';
import { useMe } from './use-me.ts';

interface ToOrganizationProps {
  readonly page:
    | 'apiKeys'
    | 'newApiKey'
    | 'members'
    | 'groups'
    | 'policies'
    | 'invitations'
    | 'signInSettings'
    | 'connectedClients'
    | 'oauthClients';
}

/** From an address without organization, as hints name it, to the page of the person's own; asks when there are several. */
export function ToOrganization({ page }: ToOrganizationProps) {
  const router = useRouter();
  const query = useSearchParams().toString();
  const me = useMe();
  const addressIn = (slug: string) => `${paths[page](slug)}${query && `?${query}`}`;
  const organizations = me.data?.organizations;
  const only = organizations?.length === 1 ? organizations[0] : undefined;
  const next = only ? addressIn(only.slug) : organizations?.length === 0 ? paths.home : null;
  useEffect(() => {
    if (next !== null) router.replace(next);
  }, [next, router]);
  const isChoice = organizations && next === null;
  return (
    <AuthPage title={STRINGS.organization.choose}>
      {me.error && !me.isSignedOut && <ProblemNotice problem={showError(me.error)} onRetry={me.refetch} />}
      {isChoice ? (
        <>
          <Text size="sm">{STRINGS.organization.chooseLead}</Text>
          <List listStyleType="none" spacing="sm">
            {organizations.map(({ id, slug, name }) => (
              <List.Item key={id}>
                <Anchor component={Link} href={addressIn(slug)}>
                  {name}
                </Anchor>
              </List.Item>
            ))}
          </List>
        </>
      ) : (
        !me.error && <Skeleton h={48} role="status" aria-label={STRINGS.loading} />
      )}
    </AuthPage>
  );
}
