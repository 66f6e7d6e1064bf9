import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Found, findDebianProgram } from '@patchbay/embedded';
import { programsOfTests } from './programs-of-tests.ts';

/** The options of Playwright's `chromium.launch`. */
export interface ChromiumLaunch {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** It must not call home from a test, nor draw with an imitation of a graphics card. */
const QUIET = [
  '--disable-gpu',
  '--disable-software-rasterizer',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium of this machine, else Debian's unpacked privately with its libraries and one family of fonts (about
 * 210 MB, once). Its own sandbox is off: it opens our pages only, and cannot be had as root.
 */
export async function findTestChromium(): Promise<Found<ChromiumLaunch>> {
  const chromium = await findDebianProgram(
    {
      names: ['chromium', 'google-chrome-stable', 'google-chrome'],
      packages: ['chromium', 'fonts-liberation'],
      // Not the script in usr/bin, which knows the place of an installed one only.
      file: 'usr/lib/chromium/chromium',
      prepare: (root, directory) => writeFile(fontsFile(root), fontsConfiguration(root, directory)),
    },
    programsOfTests,
  );
  if ('missing' in chromium) return chromium;
  const { program, libraryPath } = chromium.found;
  const unpacked = path.resolve(program, '../../../..');
  return {
    found: {
      executablePath: program,
      args: ['--no-sandbox', ...QUIET],
      env: {
        ...inherited(),
        ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath, FONTCONFIG_FILE: fontsFile(unpacked) }),
      },
    },
  };
}

const fontsFile = (directory: string) => path.join(directory, 'fonts.conf');

/** Our fonts in addition to the machine's, and the substitutes of font families that a page names. */
function fontsConfiguration(root: string, directory: string): string {
  const aliases = ['sans-serif', 'serif', 'monospace'].map((family, index) => {
    const font = ['Liberation Sans', 'Liberation Serif', 'Liberation Mono'][index];
    return `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  });
  const METRICS = '/usr/share/fontconfig/conf.avail/30-metric-aliases.conf';
  const metrics = existsSync(`${root}${METRICS}`)
    ? `${directory}${METRICS}`
    : existsSync(METRICS)
      ? METRICS
      : undefined;
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `<dir>${directory}/usr/share/fonts</dir>`,
    '<dir>/usr/share/fonts</dir>',
    `<cachedir>${directory}/fonts-cache</cachedir>`,
    ...aliases,
    ...(metrics === undefined ? [] : [`<include>${metrics}</include>`]),
    '</fontconfig>',
    '',
  ].join('\n');
}

function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
