/**
 * Twelve months of a year, derived from the year alone, so that all callers see the same and nothing has to be loaded.
 */
export function salesOf(year: number): number[] {
  return Array.from({ length: 12 }, (_, month) => {
    const season = 1 + 0.35 * Math.sin(((month - 3) / 12) * 2 * Math.PI);
    const growth = 1 + (year - FIRST_YEAR) * 0.04;
    const wobble = ((year * 31 + month * 17) % 13) - 6;
    return Math.round(100 * season * growth + wobble);
  });
}

export const FIRST_YEAR = 2015;
export const LAST_YEAR = 2030;
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
