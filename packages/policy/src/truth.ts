/** Whether a condition holds, where a fact may be missing. */
export type Truth = 'yes' | 'no' | 'unknown';

export function truthOf(holds: boolean): Truth {
  return holds ? 'yes' : 'no';
}

/** `no` when one is, otherwise `unknown` when one is, otherwise `yes`. */
export function allOf<Input>(conditions: readonly ((input: Input) => Truth)[], input: Input): Truth {
  let all: Truth = 'yes';
  for (const condition of conditions) {
    const one = condition(input);
    if (one === 'no') return 'no';
    if (one === 'unknown') all = one;
  }
  return all;
}
