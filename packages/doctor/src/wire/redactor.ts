import { escapeText } from '@patchbay/foundation';

const SHOWN_MAX = 240;
/** Parameters of URLs and forms, and members of JSON, whose values open something. */
const PARAMETER =
  /\b((?:code|state|access_token|refresh_token|id_token|client_secret|code_verifier|assertion)=)[^\s&"']+/gi;
const MEMBER = /\b((?:access_token|refresh_token|id_token|client_secret)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi;
/** A text with the form of a signed token. */
const SIGNED = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

/** Keeps what must never be shown out of everything that is: values it was given, and whatever looks like one. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** @returns the value itself */
  hide(value: string): string {
    // A shorter text would also be part of innocent ones.
    if (value.length >= 6) this.#secrets.add(value);
    return value;
  }

  /** A server's text as one line that a terminal can show. */
  show(text: string): string {
    let shown = text;
    for (const secret of this.#secrets) {
      shown = shown.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]');
    }
    shown = shown.replace(SIGNED, '[secret]').replace(PARAMETER, '$1[secret]').replace(MEMBER, '$1[secret]');
    shown = shown.replace(/\s+/g, ' ').trim();
    return escapeText(shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)} …` : shown);
  }
}
