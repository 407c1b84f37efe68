/** Countries by code and by English name. */
export const COUNTRIES: readonly string[] = countryNames();

function countryNames(): string[] {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((first) =>
    letters.flatMap((second) => {
      const name = names.of(first + second);
      return name === undefined ? [] : [(first + second).toLowerCase(), name.toLowerCase()];
    }),
  );
}
