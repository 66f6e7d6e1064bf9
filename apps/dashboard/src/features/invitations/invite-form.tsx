'use client';

import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { isEmail, useForm } from '@mantine/form';
import type { Role } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { RoleChoice } from '../roles/role-choice.tsx';
import { useRoles } from '../roles/use-roles.ts';
import { useInvite } from './use-invitations.ts';

const T = STRINGS.invitations;

/** Asks whom to invite as what; then shows the link, once. */
export function InviteForm({ organization, onDone }: { organization: string; onDone: () => void }) {
  const roles = useRoles(organization);
  const invite = useInvite(organization);
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: '', role: 'developer' },
    validate: { email: isEmail(STRINGS.signIn.emailInvalid) },
  });
  if (invite.data) {
    const { email, url, expiresAt } = invite.data;
    return <InvitationLink email={email} url={url} expiresAt={expiresAt} onDone={onDone} />;
  }
  return (
    <form
      onSubmit={form.onSubmit(({ email, role }) => invite.mutate({ email: email.trim().toLowerCase(), role }))}
      noValidate
    >
      <Stack>
        {invite.error && <ProblemNotice problem={showError(invite.error)} />}
        <TextInput label={T.email} type="email" autoComplete="off" data-autofocus {...form.getInputProps('email')} />
        {roles.error && <ProblemNotice problem={showError(roles.error)} onRetry={roles.refetch} />}
        {roles.isPending && <RowsSkeleton />}
        {roles.data && (
          <RoleChoice
            label={T.role}
            roles={roles.data}
            value={form.values.role}
            onChange={(role) => form.setFieldValue('role', role)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {STRINGS.cancel}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {T.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface InvitationLinkProps {
  readonly email: string;
  readonly url: string | null;
  readonly expiresAt: string;
  readonly onDone: () => void;
}

/** A link as it is shown once; without it, how to come to another. */
export function InvitationLink({ email, url, expiresAt, onDone }: InvitationLinkProps) {
  return (
    <Stack>
      <Text size="sm" fw={600}>
        {T.linkTitle(email)}
      </Text>
      {url === null ? <Text size="sm">{T.linkGone}</Text> : <Copyable value={url} label={T.copyLink} wrap />}
      <Text size="sm">{T.linkLead}</Text>
      <Text size="sm" c="var(--text-quiet)">
        {T.expires} <RelativeTime at={expiresAt} />
      </Text>
      <Group justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          {T.done}
        </Button>
      </Group>
    </Stack>
  );
}
