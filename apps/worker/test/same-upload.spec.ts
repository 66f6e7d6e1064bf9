/** Information that a second organization gets by uploading the same files as another: none. */
import type { Version } from '@patchbay/domain/versions';
import { type GivenConnector, skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Files, type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';
import { type RegistryStandIn, startRegistry } from './registry-stand-in.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);
/** One pair shows that the answers are alike; the times of one prove nothing. */
const PAIRS = process.env.PATCHBAY_TEST_LONG === '1' ? 15 : 1;
/** Same class: neither median is beyond this multiple of the other. A cache hit would be a tenth. */
const TIMES_APART_MAX = 1.5;

describe('an upload that another organization made before', () => {
  let registry: RegistryStandIn;
  let deploys: GivenDeploys;
  let [first, second]: GivenConnector[] = [];

  beforeAll(async () => {
    const files = {
      'index.js': "module.exports = 'hello';",
      'index.d.ts': 'declare const text: string;\nexport = text;\n',
    };
    registry = await startRegistry([{ name: 'polite', version: '1.0.0', manifest: { types: 'index.d.ts' }, files }]);
    deploys = await givenDeploys({ registry: registry.origin });
    const [acme, globex] = [await deploys.given.organization('acme'), await deploys.given.organization('globex')];
    [first, second] = [
      await deploys.given.connector(acme, 'greeter'),
      await deploys.given.connector(globex, 'greeter'),
    ];
    await deploy(first, upload('warm')); // programs and toolchain are made at the first deploy
    await deploy(second, upload('warm too'));
  }, 90_000);
  afterAll(async () => {
    await deploys?.close();
    await registry?.close();
  });

  const upload = (mark: string): Files => {
    const { dependencies, ...rest } = JSON.parse(String(greeter()['package.json']));
    return greeter({
      'package.json': JSON.stringify({ ...rest, dependencies: { ...dependencies, polite: '1.0.0' } }),
      'src/mark.ts': `import polite from 'polite';\nexport const mark = ${JSON.stringify(mark)} + polite;`,
      'src/index.ts': `import './mark.ts';\n${greeter()['src/index.ts']}`,
    });
  };

  async function deploy(
    connector: GivenConnector | undefined,
    files: Files,
  ): Promise<{ version: Version; ms: number }> {
    if (!connector) throw new Error('both connectors were made');
    const submitted = await deploys.submit(connector, files);
    const version = await deploys.finished(connector, submitted);
    if (version.state !== 'published') throw new Error(JSON.stringify(version.failure));
    return { version, ms: Number(version.finishedAt) - Number(version.createdAt) };
  }

  /** The log without how long things took. */
  const reportOf = async (connector: GivenConnector | undefined, version: Version) =>
    connector && (await deploys.log(connector, version)).map((line) => line.replace(/\d+ ms/g, 'some ms'));

  it(`an upload known elsewhere ends alike, and as late (${PAIRS} pairs)`, { timeout: 240_000 }, async () => {
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const files = upload(`pair ${pair}`);
      const before = await deploy(first, files);
      const after = await deploy(second, files);
      expect(after.version.manifest).toEqual(before.version.manifest);
      expect(after.version.artifactDigest).toBe(before.version.artifactDigest);
      expect(await reportOf(second, after.version)).toEqual(await reportOf(first, before.version));
      known.push(after.ms);
      unknown.push((await deploy(second, upload(`only here ${pair}`))).ms);
    }
    const [ofKnown, ofUnknown] = [median(known), median(unknown)];
    console.info(`median of ${PAIRS}: known elsewhere ${ofKnown} ms, unknown ${ofUnknown} ms`);
    if (PAIRS > 1) expect(Math.max(ofKnown / ofUnknown, ofUnknown / ofKnown)).toBeLessThan(TIMES_APART_MAX);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
