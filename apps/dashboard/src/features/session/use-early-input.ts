'use client';

import type { UseFormReturnType } from '@mantine/form';
import { type RefObject, useEffect, useRef } from 'react';

/**
 * For a form that is on the page before its script: takes over what a person, or the password manager, has put into it
 * by then, and sends it if the person already did. Its counterpart in the page's head holds that back until here; the
 * browser alone would send the form to the page's own address and empty it.
 */
export function useEarlyInput<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
): RefObject<HTMLFormElement | null> {
  const ref = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the script is ready
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    // Fields of a form carry the name of their value.
    const fields = [...element.querySelectorAll<HTMLInputElement>('input[data-path]')];
    const typed = fields.filter(({ value }) => value !== '').map(({ dataset, value }) => [dataset.path, value]);
    if (typed.length > 0) form.setValues(Object.fromEntries(typed));
    const wasSent = element.dataset.early === 'sent';
    delete element.dataset.early;
    if (wasSent) element.requestSubmit();
  }, []);
  return ref;
}
