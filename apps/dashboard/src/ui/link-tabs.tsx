'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';
import classes from './link-tabs.module.css';

export interface LinkTab {
  readonly href: string;
  readonly label: string;
  /** Whether pages below the address belong to the tab too. */
  readonly withPagesBelow?: boolean;
}

/** Links to sibling pages; the present one is marked. `vertical` puts them at the side where there is room. */
export function LinkTabs({ label, tabs, vertical }: { label: string; tabs: readonly LinkTab[]; vertical?: boolean }) {
  const pathname = usePathname();
  const here = useRef<HTMLAnchorElement>(null);
  // On a narrow screen the links scroll, and the present one may be out of sight.
  useEffect(() => {
    const [tab, list] = [here.current, here.current?.parentElement];
    // Sideways alone: the page stays where it is.
    if (pathname && tab && list) list.scrollLeft += middleOf(tab) - middleOf(list);
  }, [pathname]);
  return (
    <nav aria-label={label} className={classes.tabs} data-vertical={vertical || undefined}>
      {tabs.map(({ href, label: text, withPagesBelow }) => {
        const isHere = pathname === href || (withPagesBelow && pathname.startsWith(`${href}/`));
        return (
          <Link
            key={href}
            ref={isHere ? here : undefined}
            href={href}
            className={classes.tab}
            aria-current={isHere ? 'page' : undefined}
          >
            {text}
          </Link>
        );
      })}
    </nav>
  );
}

function middleOf(element: Element): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}
