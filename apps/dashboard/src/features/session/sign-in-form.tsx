'use client';

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import Link from 'next/link';
import { useState } from 'react';
import { signInWithPasskey } from '../../lib/factors.ts';
import { type Refusal, signIn } from '../../lib/identity.ts';
import { FORGOT_PASSWORD, paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { CodeForm } from './code-form.tsx';
import { RefusalAlert } from './refusal-alert.tsx';
import { useEarlyInput } from './use-early-input.ts';
import { useReturn } from './use-return.ts';
import { useSignUpPolicy } from './use-sign-up-policy.ts';

const T = STRINGS.signIn;

interface SignInFormProps {
  readonly next: string | null;
  /** Why a person who was signed in has to sign in again; anything unknown is ignored. */
  readonly because?: string | null;
}

/** `next` is the page the person wanted; anything that leads elsewhere is ignored. */
export function SignInForm({ next, because }: SignInFormProps) {
  const goOn = useReturn(next);
  const policy = useSignUpPolicy();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [asksCode, askCode] = useState(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: isEmail(T.emailInvalid), password: isNotEmpty(T.passwordMissing) },
  });

  const ref = useEarlyInput(form);

  const submit = form.onSubmit(async ({ email, password }) => {
    setRefusal(null);
    const result = await signIn(email.trim(), password);
    if (!result.ok) setRefusal(result.reason);
    else if (result.needsCode) askCode(true);
    else goOn();
  });
  const enterWithPasskey = async () => {
    setRefusal(null);
    const result = await signInWithPasskey();
    if (result.ok) goOn();
    else setRefusal(result.reason);
  };
  if (asksCode) return <CodeForm lead={T.codeLead} onProved={goOn} onStartOver={() => askCode(false)} />;

  return (
    <form ref={ref} onSubmit={submit} noValidate data-early="" suppressHydrationWarning>
      <Stack gap="md">
        {because === 'fresh_sign_in' && <Alert color="gray">{T.because.fresh_sign_in}</Alert>}
        <RefusalAlert refusal={refusal} />
        <TextInput
          label={T.email}
          type="email"
          autoComplete="username"
          autoFocus
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={T.password}
          autoComplete="current-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={form.submitting} fullWidth>
          {T.submit}
        </Button>
        <Button variant="default" onClick={enterWithPasskey} fullWidth>
          {T.passkey}
        </Button>
        <Text size="sm" ta="center">
          <Anchor href={FORGOT_PASSWORD} underline="always">
            {T.forgot}
          </Anchor>
        </Text>
        <Text size="sm" ta="center" mih="1.55em">
          {policy === 'invite' && T.byInvitation}
          {(policy === 'open' || policy === 'domain') && (
            <>
              {T.noAccount}{' '}
              <Anchor component={Link} href={paths.signUp(next)} underline="always">
                {T.toSignUp}
              </Anchor>
            </>
          )}
        </Text>
      </Stack>
    </form>
  );
}
