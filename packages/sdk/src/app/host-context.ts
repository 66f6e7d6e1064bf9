/**
 * The host's description of the place it shows the page in. Every field may be missing, and there may be further ones.
 */
export interface HostContext {
  readonly theme?: 'light' | 'dark';
  readonly displayMode?: DisplayMode;
  readonly availableDisplayModes?: readonly DisplayMode[];
  /** BCP 47, such as `de-CH`. */
  readonly locale?: string;
  /** IANA, such as `Europe/Zurich`. */
  readonly timeZone?: string;
  readonly platform?: 'web' | 'desktop' | 'mobile';
  readonly styles?: {
    /** CSS variables, such as `--color-background-primary`. */
    readonly variables?: Readonly<Record<string, string | undefined>>;
    readonly css?: { readonly fonts?: string };
  };
  readonly safeAreaInsets?: Readonly<Record<'top' | 'right' | 'bottom' | 'left', number>>;
}

export type DisplayMode = 'inline' | 'fullscreen' | 'pip';

/** The host's present description; each change of it changes the page's look. */
export class CurrentContext {
  #context: HostContext = {};

  get value(): HostContext {
    return this.#context;
  }

  /** @param changed the fields that differ from before */
  accept(changed: HostContext): void {
    this.#context = { ...this.#context, ...changed };
    applyHostLook(this.#context);
  }
}

/** Puts the host's look on the page: its theme as `data-theme` and colour scheme, its colours and fonts as CSS variables. */
function applyHostLook({ theme, styles }: HostContext): void {
  const root = document.documentElement;
  if (theme) {
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
  }
  for (const [name, value] of Object.entries(styles?.variables ?? {})) {
    if (name.startsWith('--') && value !== undefined) root.style.setProperty(name, value);
  }
  const fonts = styles?.css?.fonts;
  if (fonts && !document.getElementById(FONTS)) {
    const style = document.createElement('style');
    style.id = FONTS;
    style.textContent = fonts;
    document.head.append(style);
  }
}

const FONTS = 'host-fonts';

/** Reports the height the page needs, now and whenever it changes. */
export function watchSize(report: (size: { readonly width: number; readonly height: number }) => void): void {
  let last = '';
  const observer = new ResizeObserver(() => {
    const width = Math.ceil(document.documentElement.clientWidth);
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (last === `${width}x${height}`) return;
    last = `${width}x${height}`;
    report({ width, height });
  });
  observer.observe(document.body);
}
