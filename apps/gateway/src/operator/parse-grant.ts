/** The change that an operator asks for: from the grants before to those after; null to leave them. */
export interface WantedGrant {
  change(before: Readonly<Record<string, number>>): Readonly<Record<string, number>> | null;
}

/** The arguments after the organization: nothing shows, `name=value` adds or replaces, `--reset` ends all. Pure. */
export function parseGrant(args: readonly string[]): WantedGrant | { readonly problem: string } {
  if (args.length === 0) return { change: () => null };
  if (args.length === 1 && args[0] === '--reset') return { change: () => ({}) };
  const wanted: Record<string, number> = {};
  for (const arg of args) {
    const [, name, digits] = /^(\w+)=(\d+)$/.exec(arg) ?? [];
    if (name === undefined) return { problem: `${arg} is neither name=value nor --reset alone.` };
    wanted[name] = Number(digits);
  }
  return { change: (before) => ({ ...before, ...wanted }) };
}
