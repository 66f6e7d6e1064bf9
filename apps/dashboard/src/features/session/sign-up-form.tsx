'use client';

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { hasLength, isEmail, isNotEmpty, useForm } from '@mantine/form';
import { PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Refusal, signIn, signUp } from '../../lib/identity.ts';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { useEarlyInput } from './use-early-input.ts';
import { useSignUpPolicy } from './use-sign-up-policy.ts';

const T = STRINGS.signUp;

export function SignUpForm() {
  const router = useRouter();
  const queries = useQueryClient();
  const policy = useSignUpPolicy();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: isNotEmpty(T.nameMissing),
      email: isEmail(STRINGS.signIn.emailInvalid),
      password: hasLength(PASSWORD_CHARACTERS, T.passwordLength),
    },
  });

  const ref = useEarlyInput(form);

  const submit = form.onSubmit(async ({ name, email, password }) => {
    setRefusal(null);
    const created = await signUp(name.trim(), email.trim(), password);
    const result = created.ok ? await signIn(email.trim(), password) : created;
    if (!result.ok) {
      setRefusal(result.reason);
      return;
    }
    queries.clear();
    router.replace(paths.home);
  });

  const toSignIn = (
    <Text size="sm" ta="center">
      {T.haveAccount}{' '}
      <Anchor component={Link} href={paths.signIn()} underline="always">
        {T.toSignIn}
      </Anchor>
    </Text>
  );
  if (policy === 'invite') {
    return (
      <Stack gap="md">
        <Alert color="gray">{STRINGS.signIn.byInvitation}</Alert>
        {toSignIn}
      </Stack>
    );
  }
  return (
    <form ref={ref} onSubmit={submit} noValidate data-early="" suppressHydrationWarning>
      <Stack gap="md">
        {refusal && (
          <Alert color="red" role="alert">
            {STRINGS.refusals[refusal]}
          </Alert>
        )}
        <TextInput
          label={T.name}
          autoComplete="name"
          autoFocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <TextInput
          label={STRINGS.signIn.email}
          type="email"
          autoComplete="username"
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={STRINGS.signIn.password}
          description={T.passwordHint}
          autoComplete="new-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={form.submitting} fullWidth>
          {T.submit}
        </Button>
        {toSignIn}
      </Stack>
    </form>
  );
}
