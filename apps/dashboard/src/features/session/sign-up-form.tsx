'use client';

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { hasLength, isEmail, isNotEmpty, useForm } from '@mantine/form';
import { PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import Link from 'next/link';
import { useState } from 'react';
import { type Refusal, signIn, signUp } from '../../lib/identity.ts';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { useEarlyInput } from './use-early-input.ts';
import { useReturn } from './use-return.ts';
import { useMailChannel, useSignUpPolicy } from './use-sign-up-policy.ts';

const T = STRINGS.signUp;

/** `next` is the page the person wanted, as at sign-in. */
export function SignUpForm({ next }: { next: string | null }) {
  const goOn = useReturn(next);
  const policy = useSignUpPolicy();
  const isMailed = useMailChannel() === 'smtp';
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: isNotEmpty(T.nameMissing),
      email: isEmail(STRINGS.signIn.emailInvalid),
      password: (value) => (isMailed ? null : hasLength(PASSWORD_CHARACTERS, T.passwordLength)(value)),
    },
  });

  const ref = useEarlyInput(form);

  const submit = form.onSubmit(async ({ name, email, password }) => {
    setRefusal(null);
    const person = { name: name.trim(), email: email.trim() };
    const created = await signUp(isMailed ? person : { ...person, password });
    const result = created.ok && !isMailed ? await signIn(person.email, password) : created;
    if (!result.ok) {
      setRefusal(result.reason);
      return;
    }
    if (isMailed) setMailedTo(person.email);
    else goOn();
  });

  const toSignIn = (
    <Text size="sm" ta="center">
      {T.haveAccount}{' '}
      <Anchor component={Link} href={paths.signIn(next)} underline="always">
        {T.toSignIn}
      </Anchor>
    </Text>
  );
  if (mailedTo !== null) {
    return (
      <Stack gap="md">
        <Alert color="green" role="status">
          {T.mailed(mailedTo)}
        </Alert>
        {toSignIn}
      </Stack>
    );
  }
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
        {isMailed ? (
          <Text size="sm">{T.passwordByMail}</Text>
        ) : (
          <PasswordInput
            label={STRINGS.signIn.password}
            description={T.passwordHint}
            autoComplete="new-password"
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
        )}
        <Button type="submit" loading={form.submitting} fullWidth>
          {T.submit}
        </Button>
        {toSignIn}
      </Stack>
    </form>
  );
}
