/** Well-known names. An organization with such a name would be trusted without a reason. */
const BRANDS: readonly string[] = [
  'patchbay',
  'anthropic',
  'claude',
  'openai',
  'chatgpt',
  'gemini',
  'copilot',
  'google',
  'gmail',
  'microsoft',
  'github',
  'gitlab',
  'atlassian',
  'jira',
  'slack',
  'notion',
  'dropbox',
  'salesforce',
  'zendesk',
  'hubspot',
  'shopify',
  'stripe',
  'paypal',
  'amazon',
  'apple',
  'facebook',
  'linkedin',
  'cloudflare',
  'okta',
];

/** Brands that are also words, or parts of some: `notional`, `pineapple`. They count as a word of their own only. */
const ALSO_WORDS: ReadonlySet<string> = new Set([
  ...['notion', 'stripe', 'slack', 'apple', 'amazon', 'gemini', 'copilot', 'jira', 'okta', 'gmail'],
]);

/** Characters that look like a letter of the alphabet: digits, and the Cyrillic and Greek ones. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  $: 's',
  '@': 'a',
  '|': 'l',
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ԁ: 'd',
  һ: 'h',
  к: 'k',
  т: 't',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  ν: 'v',
};

/** The brand that a slug or a name looks like, or null. */
export function imitatedBrand(text: string): string | null {
  const plain = lookAlike(text);
  const words = plain.split(/[^a-z]+/);
  const whole = words.join('');
  return BRANDS.find((brand) => isLike(brand, whole, words)) ?? null;
}

function isLike(brand: string, whole: string, words: readonly string[]): boolean {
  const seen = variantsOf(brand);
  if (seen.some((variant) => variant === whole || words.includes(variant))) return true;
  return !ALSO_WORDS.has(brand) && seen.some((variant) => whole.includes(variant));
}

/** Lower case, without accents, each lookalike as its letter. */
function lookAlike(text: string): string {
  const decomposed = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...decomposed].map((character) => LOOKALIKES[character] ?? character).join('');
}

/** The brand as the eye reads it: an l for an i, rn for an m. */
function variantsOf(brand: string): string[] {
  const spellings = [brand, brand.replaceAll('i', 'l'), brand.replaceAll('m', 'rn'), brand.replaceAll('w', 'vv')];
  return [...new Set(spellings)];
}
