import { randomBytes } from 'node:crypto';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';

/** Damage that disks, editors and interrupted copies do to a file. */
export const DAMAGES = ['removed', 'emptied', 'cut', 'filled with garbage'] as const;
export type Damage = (typeof DAMAGES)[number];

/** Damages a file in place; its owner and mode stay, and so does its size when it is filled with garbage. */
export async function damageFile(file: string, damage: Damage): Promise<void> {
  const { size } = await stat(file);
  if (damage === 'removed') await rm(file);
  else if (damage === 'emptied') await truncate(file);
  else if (damage === 'cut') await truncate(file, Math.floor(size / 2));
  else await writeFile(file, randomBytes(Math.max(size, 16)));
}
