'use client';

import { Anchor, Badge, Group, List, Stack, Text } from '@mantine/core';
import type { IdentityProvider, OrganizationSignIn } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SectionHead } from '../../ui/section-head.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { ProviderForm } from './provider-form.tsx';
import { ProviderStep } from './provider-step.tsx';
import { useSignIn } from './use-sign-in.ts';

const T = STRINGS.organizationSignIn;

/** An organization's own sign-in, in the order in which it is set up. */
export function OrganizationSignInPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="sign-in:read" title={T.title}>
      <Settings organization={organization} />
    </RequirePermission>
  );
}

function Settings({ organization }: { organization: string }) {
  const signIn = useSignIn(organization);
  return (
    <>
      <PageHead title={T.title} lead={T.lead} />
      {signIn.error && <ProblemNotice problem={showError(signIn.error)} onRetry={signIn.refetch} />}
      {signIn.isPending && <RowsSkeleton />}
      {signIn.data && <Steps organization={organization} signIn={signIn.data} />}
    </>
  );
}

function Steps({ organization, signIn }: { organization: string; signIn: OrganizationSignIn }) {
  const { identityProvider: provider, redirectUri, testUrl, signInUrl } = signIn;
  return (
    <Stack gap="xl">
      <List type="ordered" spacing="lg" styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
        <List.Item>
          <Text size="sm">{T.steps.register}</Text>
          <Copyable value={redirectUri} label={T.steps.copyRedirect} wrap />
        </List.Item>
        <List.Item>
          <Text size="sm">{T.steps.enter}</Text>
          <ProviderForm key={provider?.updatedAt ?? ''} organization={organization} provider={provider} />
        </List.Item>
        {provider && (
          <>
            <List.Item>
              <Text size="sm">{T.steps.test}</Text>
              <Group gap="sm">
                <Anchor href={testUrl}>{T.testLink}</Anchor>
                <Text size="sm" c="var(--text-quiet)">
                  {provider.testedAt === null ? T.notTested : T.tested}{' '}
                  {provider.testedAt !== null && <RelativeTime at={provider.testedAt} />}
                </Text>
              </Group>
            </List.Item>
            <List.Item>
              <Text size="sm">{T.steps.activate}</Text>
              <State organization={organization} provider={provider} />
              {provider.state === 'active' && (
                <>
                  <Text size="sm" mt="sm">
                    {T.membersBegin}
                  </Text>
                  <Copyable value={signInUrl} label={T.copySignIn} wrap />
                </>
              )}
            </List.Item>
          </>
        )}
      </List>
      {provider?.state === 'active' && (
        <Stack gap="sm">
          <SectionHead title={T.assertTitle} lead={T.assertLead} />
          <Group>
            <ProviderStep
              organization={organization}
              step={provider.idJag ? 'refuse' : 'assert'}
              action={provider.actions.require}
            />
          </Group>
        </Stack>
      )}
      {provider?.state === 'active' && (
        <Stack gap="sm">
          <SectionHead title={T.demandTitle} lead={T.demandLead} />
          <Group>
            <ProviderStep
              organization={organization}
              step={provider.required ? 'relax' : 'demand'}
              action={provider.actions.require}
            />
          </Group>
        </Stack>
      )}
    </Stack>
  );
}

function State({ organization, provider }: { organization: string; provider: IdentityProvider }) {
  const { state, required, actions } = provider;
  return (
    <Group gap="xs" mt="xs">
      <Badge variant={state === 'active' ? 'light' : 'default'} tt="none">
        {T.state[state]}
      </Badge>
      {required && (
        <Badge variant="light" tt="none">
          {T.isDemanded}
        </Badge>
      )}
      {state === 'draft' ? (
        <ProviderStep organization={organization} step="activate" action={actions.activate} />
      ) : (
        <ProviderStep organization={organization} step="deactivate" action={actions.deactivate} />
      )}
      <ProviderStep organization={organization} step="remove" action={actions.delete} />
    </Group>
  );
}
