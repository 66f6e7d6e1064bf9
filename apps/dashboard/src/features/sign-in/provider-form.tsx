'use client';

import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { IdentityProvider } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useSaveProvider } from './use-sign-in.ts';

const T = STRINGS.organizationSignIn;

interface ProviderFormProps {
  readonly organization: string;
  readonly provider: IdentityProvider | null;
}

/** Issuer, client id and client secret as the identity provider shows them. */
export function ProviderForm({ organization, provider }: ProviderFormProps) {
  const save = useSaveProvider(organization);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { issuer: provider?.issuer ?? '', clientId: provider?.clientId ?? '', clientSecret: '' },
    validate: { issuer: isNotEmpty(T.missing), clientId: isNotEmpty(T.missing) },
  });
  const submit = form.onSubmit(({ issuer, clientId, clientSecret }) => {
    const secret = clientSecret === '' ? {} : { clientSecret };
    save.mutate(
      { issuer: issuer.trim(), clientId: clientId.trim(), ...secret },
      {
        onSuccess: () => {
          form.setFieldValue('clientSecret', '');
          notifications.show({ message: T.saved, color: 'teal' });
        },
      },
    );
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={560}>
        <TextInput
          label={T.issuer}
          description={T.issuerHint}
          autoComplete="off"
          key={form.key('issuer')}
          {...form.getInputProps('issuer')}
        />
        <TextInput
          label={T.clientId}
          autoComplete="off"
          key={form.key('clientId')}
          {...form.getInputProps('clientId')}
        />
        <PasswordInput
          label={T.clientSecret}
          description={provider?.hasSecret ? T.secretHint : undefined}
          autoComplete="off"
          key={form.key('clientSecret')}
          {...form.getInputProps('clientSecret')}
        />
        {save.error && <ProblemNotice problem={showError(save.error)} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {T.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
