/**
 * One HTML file of a page and everything it refers to in the project: a host shows the text in a frame that can load
 * nothing beside it. Addresses of the web stay as they are; the page's CSP has to allow them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

type Esbuild = Pick<typeof import('esbuild'), 'build'>;

/** Types of files that are put into a page as data. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
};
const FONT_ENDINGS = ['.woff', '.woff2', '.ttf', '.otf'];
const LOADERS = Object.fromEntries(
  [...Object.keys(IMAGE_TYPES), ...FONT_ENDINGS].map((ending) => [ending, 'dataurl' as const]),
);

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
const LINK = /<link\b([^>]*?)\/?>/gi;
const IMAGE = /(<(?:img|source)\b[^>]*?\bsrc\s*=\s*)(["'])(.*?)\2/gi;

/** Scripts the page names, relative to the project: what a type check looks at. */
export function pageScripts(html: string, folder: string): string[] {
  return [...html.matchAll(SCRIPT)]
    .map(([, attributes = '']) => attributeOf(attributes, 'src'))
    .filter((source): source is string => source !== undefined && isOfProject(source))
    .map((source) => path.posix.join(folder, source));
}

/** @throws the bundler's error, or one of Node's for a file that is not there */
export async function inlinePage(esbuild: Esbuild, project: string, file: string): Promise<string> {
  const folder = path.join(project, path.dirname(file));
  const html = readFileSync(path.join(project, file), 'utf8');
  const styled = await replaceEach(html, LINK, async ([whole = '', attributes = '']) => {
    const source = attributeOf(attributes, 'href');
    if (!/\bstylesheet\b/i.test(attributeOf(attributes, 'rel') ?? '') || source === undefined || !isOfProject(source))
      return whole;
    const { css } = await bundle(esbuild, project, { entryPoints: [path.join(folder, source)] });
    return styleOf(css);
  });
  const scripted = await replaceEach(styled, SCRIPT, async ([whole = '', attributes = '', text = '']) => {
    const source = attributeOf(attributes, 'src');
    const isModule = attributeOf(attributes, 'type') === 'module';
    if (source !== undefined && !isOfProject(source)) return whole;
    if (source === undefined && !isModule) return whole;
    const input =
      source === undefined
        ? { stdin: { contents: text, resolveDir: folder, sourcefile: file, loader: 'ts' as const } }
        : { entryPoints: [path.join(folder, source)] };
    const { js, css } = await bundle(esbuild, project, { ...input, format: isModule ? 'esm' : 'iife' });
    return `${css === '' ? '' : styleOf(css)}<script${isModule ? ' type="module"' : ''}>${inScript(js)}</script>`;
  });
  return scripted.replace(IMAGE, (whole, before: string, quote: string, source: string) =>
    isOfProject(source) ? `${before}${quote}${dataUrl(path.join(folder, source)) ?? source}${quote}` : whole,
  );
}

async function bundle(
  esbuild: Esbuild,
  project: string,
  input: Pick<import('esbuild').BuildOptions, 'entryPoints' | 'stdin' | 'format'>,
): Promise<{ readonly js: string; readonly css: string }> {
  const { outputFiles = [] } = await esbuild.build({
    ...input,
    absWorkingDir: project,
    outdir: path.join(project, 'page'),
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    loader: LOADERS,
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
    logLimit: 50,
  });
  const text = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  return { js: text('.js').trim(), css: text('.css').trim() };
}

/** Not an address of the web, nor data that is in the page already. */
function isOfProject(source: string): boolean {
  return source !== '' && !/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(source);
}

function attributeOf(attributes: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

function styleOf(css: string): string {
  return `<style>${css.replace(/<\/style/gi, '<\\/style')}</style>`;
}

/** Text that would end the script, or hide its end, cannot be in it as it is. */
function inScript(js: string): string {
  return js.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
}

function dataUrl(file: string): string | undefined {
  const type = IMAGE_TYPES[path.extname(file).toLowerCase()];
  return type && `data:${type};base64,${readFileSync(file).toString('base64')}`;
}

async function replaceEach(
  text: string,
  pattern: RegExp,
  replace: (match: RegExpMatchArray) => Promise<string>,
): Promise<string> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    result += text.slice(end, match.index) + (await replace(match));
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}
