'use client';

import { Button, Center, Stack, Text } from '@mantine/core';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { AccountSection } from '../account/account-section.tsx';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { useMe } from '../session/use-me.ts';
import { GrantRow } from './grant-row.tsx';
import { useGrants } from './use-grants.ts';

const T = STRINGS.grants;

/** The clients that act as this person, in every organization of theirs. */
export function OwnGrantsSection() {
  const { data } = useMe();
  const person = data?.person;
  return (
    <AccountSection title={T.ownTitle} lead={T.ownLead}>
      {person &&
        data.organizations.map(({ id, slug, name }) => (
          <GrantsOf key={id} organization={slug} name={name} person={person.id} />
        ))}
      {data?.organizations.length === 0 && <Text size="sm">{T.ownNone}</Text>}
    </AccountSection>
  );
}

interface GrantsOfProps {
  readonly organization: string;
  readonly name: string;
  readonly person: string;
}

function GrantsOf({ organization, name, person }: GrantsOfProps) {
  const list = useGrants(organization, { state: 'open', person });
  const connectorNames = useConnectorNames(organization);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {name}
      </Text>
      {list.error && <ProblemNotice problem={showError(list.error)} onRetry={list.refetch} />}
      {list.isPending && <RowsSkeleton />}
      {list.isSuccess && list.grants.length === 0 && <Text size="sm">{T.ownNone}</Text>}
      {list.grants.length > 0 && (
        <Rows label={T.ownIn(name)}>
          {list.grants.map((grant) => (
            <GrantRow key={grant.id} organization={organization} grant={grant} connectorNames={connectorNames} />
          ))}
        </Rows>
      )}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {STRINGS.loadMore}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
