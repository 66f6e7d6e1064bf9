'use client';

import { Button, Checkbox, Group as Line, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import type { Group, Member } from '@patchbay/api-client';
import { useState } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { useMembers } from '../members/use-members.ts';
import { useGroupMembership } from './use-groups.ts';

const T = STRINGS.groups;
/** With more members than this, there is a search. */
const SHORT_LIST = 8;

interface GroupMembersProps {
  readonly organization: string;
  readonly group: Group;
  readonly onDone: () => void;
}

/** Every member of the organization, checked when in the group. Each check is saved at once. */
export function GroupMembers({ organization, group, onDone }: GroupMembersProps) {
  const members = useMembers(organization);
  const membership = useGroupMembership(organization, group.id);
  const [search, setSearch] = useState('');
  const inside = new Set(group.members.map(({ id }) => id));
  // Shown as chosen while it is being saved.
  const saving = membership.isPending ? membership.variables : undefined;
  const shown = members.data?.filter((member) => matches(member, search)) ?? [];
  return (
    <Stack>
      <Text size="sm" c="var(--text-quiet)">
        {T.membersHint}
      </Text>
      {members.error && <ProblemNotice problem={showError(members.error)} onRetry={members.refetch} />}
      {members.isPending && <RowsSkeleton />}
      {members.data && members.data.length > SHORT_LIST && (
        <TextInput
          aria-label={T.search}
          placeholder={T.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ScrollArea.Autosize mah={320} offsetScrollbars>
        <Stack gap="sm" role="group" aria-label={T.membersOf(group.name)}>
          {shown.map((member) => (
            <Checkbox
              key={member.id}
              label={member.person.name}
              description={member.person.email}
              checked={saving?.member === member.id ? saving.isMember : inside.has(member.id)}
              disabled={membership.isPending}
              onChange={(event) => membership.mutate({ member: member.id, isMember: event.currentTarget.checked })}
            />
          ))}
        </Stack>
      </ScrollArea.Autosize>
      {members.data && shown.length === 0 && <Text size="sm">{T.noMatch(search)}</Text>}
      {membership.error && <ProblemNotice problem={showError(membership.error)} />}
      <Line justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          {T.done}
        </Button>
      </Line>
    </Stack>
  );
}

function matches({ person }: Member, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [person.name, person.email].some((text) => text.toLowerCase().includes(wanted));
}
