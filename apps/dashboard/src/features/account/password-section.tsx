'use client';

import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core';
import { hasLength, isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import { useState } from 'react';
import { changePassword, type Refusal } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { useMe } from '../session/use-me.ts';
import { AccountSection } from './account-section.tsx';

const T = STRINGS.account;

export function PasswordSection() {
  const email = useMe().data?.person?.email;
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { currentPassword: '', newPassword: '' },
    validate: {
      currentPassword: isNotEmpty(T.currentPasswordMissing),
      newPassword: hasLength(PASSWORD_CHARACTERS, T.newPasswordLength),
    },
  });
  const submit = form.onSubmit(async ({ currentPassword, newPassword }) => {
    setRefusal(null);
    const result = await changePassword(currentPassword, newPassword);
    if (!result.ok) {
      setRefusal(result.reason);
      return;
    }
    form.reset();
    notifications.show({ message: T.passwordChanged, color: 'teal' });
  });
  return (
    <AccountSection title={T.password} lead={T.passwordLead}>
      <form onSubmit={submit} noValidate>
        <Stack maw={420}>
          {refusal && (
            <Alert color="red" role="alert">
              {STRINGS.refusals[refusal]}
            </Alert>
          )}
          {/* For password managers: whose password it is. */}
          <input type="email" autoComplete="username" value={email ?? ''} readOnly hidden />
          <PasswordInput
            label={T.currentPassword}
            autoComplete="current-password"
            key={form.key('currentPassword')}
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label={T.newPassword}
            description={T.newPasswordHint}
            autoComplete="new-password"
            key={form.key('newPassword')}
            {...form.getInputProps('newPassword')}
          />
          <Group>
            <Button type="submit" loading={form.submitting}>
              {T.changePassword}
            </Button>
          </Group>
        </Stack>
      </form>
    </AccountSection>
  );
}
