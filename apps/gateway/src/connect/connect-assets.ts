import type { DocumentAssets } from '../http/document.ts';

/** Wider than other pages of the gateway, for commands and configurations. */
const STYLE = `
main { max-width: 44rem; margin-top: 4vh; }
h1 { margin-bottom: .25rem; }
h2 { margin: 1.75rem 0 .75rem; }
.lead { margin: 0 0 1.25rem; color: var(--dim); }
.copyable { display: flex; gap: .5rem; align-items: flex-start; margin: .4rem 0 0; padding: .5rem .5rem .5rem .8rem;
  border: 1px solid var(--line); border-radius: 8px; background: var(--page); }
.copyable pre { flex: 1; min-width: 0; margin: 0; padding: .2rem 0; border: 0; font-size: .875rem; line-height: 1.5; }
.copyable button { flex: none; min-width: 4.75rem; padding: .25rem .7rem; font-size: .875rem; }
.url pre { font-size: 1rem; font-weight: 600; }
details { border: 1px solid var(--line); border-radius: 10px; }
details + details { margin-top: .5rem; }
summary { display: flex; gap: .75rem; align-items: baseline; padding: .75rem 1rem; border-radius: 10px; cursor: pointer;
  list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::after { content: ''; flex: none; align-self: center; width: .5rem; height: .5rem; margin-left: auto;
  border: solid currentColor; border-width: 0 2px 2px 0; transform: rotate(45deg) translate(-2px, -2px); }
details[open] > summary::after { transform: rotate(-135deg) translate(-2px, -2px); }
summary:hover { background: var(--page); }
summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
summary h3 { flex: none; margin: 0; font-size: 1rem; }
summary span { color: var(--dim); font-size: .9rem; }
.guide { padding: 0 1rem 1rem; }
ol { margin: 0; padding-left: 1.4rem; }
li { margin-top: .6rem; }
.guide > .button { margin: .25rem 0 .5rem; }
a.button { display: inline-block; padding: .5rem 1rem; border-radius: 8px; background: var(--act); color: #fff;
  font-weight: 600; text-decoration: none; }
.guide .source { margin: .9rem 0 0; font-size: .85rem; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30rem) { main { border: 0; } .guide { padding: 0 .75rem .75rem; } summary { padding: .75rem; }
  .copyable { flex-direction: column; align-items: stretch; } }
`;

/**
 * Shows the copy buttons, which do nothing without it. Where a page may not write to the clipboard, because it is not
 * encrypted, the text is selected instead.
 */
const SCRIPT = `
const status = document.querySelector('[role=status]');
for (const button of document.querySelectorAll('.copyable button')) {
  const text = button.previousElementSibling;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    let done = 'Copied';
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      done = 'Selected';
    }
    button.textContent = done;
    status.textContent = done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
`;

/** Style and script of connect pages. */
export const CONNECT_ASSETS: DocumentAssets = { style: STYLE, script: SCRIPT };
