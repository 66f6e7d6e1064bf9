import { expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { folderCycles } from './folder-cycles.ts';

const A = 'apps/gateway/src/admin/render.ts';
const B = 'apps/gateway/src/identity/page.ts';

it('refuses two folders of the gateway that import each other, be it only a type', async () => {
  const files = {
    [A]: "import type { Person } from '../identity/person.ts';",
    [B]: "import { render } from '../admin/render.ts';",
    'apps/gateway/src/identity/person.ts': 'export interface Person {}',
  };
  expect(await objections(folderCycles, files)).toEqual([
    `${B}:1 folders import in a circle: apps/gateway/src/admin → apps/gateway/src/identity → apps/gateway/src/admin`,
  ]);
});

it('accepts folders that import in one direction, and tests that import both', async () => {
  const files = {
    [A]: "import { escape } from '../http/escape.ts';",
    [B]: "import { render } from '../admin/render.ts';",
    'apps/gateway/src/http/escape.test.ts': "import { render } from '../admin/render.ts';",
    'apps/gateway/src/wire.ts': "import { page } from './identity/page.ts';",
  };
  expect(await objections(folderCycles, files)).toEqual([]);
});
