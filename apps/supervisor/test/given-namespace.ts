import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';

/** A network of its own with one link to this one: a machine, as far as the network is concerned. */
export interface GivenNamespace {
  /** Where programs inside are reached from here. */
  readonly address: string;
  /** The words before a program that shall run inside. Not `ip netns exec`, which also replaces /sys and the cgroups in it. */
  readonly enter: readonly [program: string, ...words: string[]];
  /** Drops every packet, both ways, without an answer. */
  cut(): void;
  mend(): void;
  remove(): void;
}

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Whether this process may make namespaces: root with the rights for it. */
export const canMakeNamespaces = ((): boolean => {
  try {
    givenNamespace().remove();
    return true;
  } catch {
    return false;
  }
})();

export function givenNamespace(): GivenNamespace {
  // Names and addresses that no other run on this machine has.
  const tag = randomBytes(4).toString('hex');
  const name = `patchbay-${tag}`;
  const [outer, inner] = [`pb${tag}a`, `pb${tag}b`];
  const network = `10.${randomInt(64, 128)}.${randomInt(256)}`;
  const inside = (...words: string[]) => ip('-n', name, ...words);
  ip('netns', 'add', name);
  try {
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    ip('address', 'add', `${network}.1/30`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    inside('address', 'add', `${network}.2/30`, 'dev', inner);
    inside('link', 'set', inner, 'up');
    inside('link', 'set', 'lo', 'up');
  } catch (error) {
    ip('netns', 'delete', name);
    throw error;
  }
  return {
    address: `${network}.2`,
    enter: ['nsenter', `--net=/run/netns/${name}`],
    // A link that is down swallows what is sent to it: no RST, no ICMP, as when a cable is pulled.
    cut: () => inside('link', 'set', inner, 'down'),
    mend: () => inside('link', 'set', inner, 'up'),
    remove: () => ip('netns', 'delete', name),
  };
}
